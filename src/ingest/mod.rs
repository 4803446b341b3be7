//! Where sources come from: RTMP connections and their stream keys.
