//! HTTP Live Streaming playlists (RFC 8216bis): windows written as text, blocking reloads decided.
