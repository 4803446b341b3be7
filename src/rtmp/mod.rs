//! RTMP as Adobe specified it (1.0, 2012) and as Enhanced RTMP extends it: sans-IO, bytes in, actions out.
