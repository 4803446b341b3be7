//! HTTP: routes that adapt sockets to the rooms below. Status codes are decided only here.
