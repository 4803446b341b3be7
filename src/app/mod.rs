//! Build, bind, spawn, wait, drain.
