//! What encoders call (RTMP 1.0, 7.2, and what grew around it).

use super::{MAX_COMMANDS, MAX_STREAMS, Metadata, Publish, PublishRequest, Server, ServerAction};
use crate::rtmp::ProtocolError;
use crate::rtmp::amf0::Value;
use crate::rtmp::message::Command;

impl Server {
    pub(super) fn command(&mut self, command: Command, stream: u32) -> Result<(), ProtocolError> {
        if !self.is_publishing() {
            self.commands += 1;
            if self.commands > MAX_COMMANDS {
                return Err(ProtocolError::TooManyCommands { limit: MAX_COMMANDS });
            }
        }
        match command.name.as_str() {
            "connect" => self.connect(&command),
            "createStream" => self.create_stream(command.transaction),
            "publish" => self.publish(&command, stream),
            "FCPublish" => {
                self.fc = true;
                Ok(())
            }
            "FCUnpublish" | "closeStream" => self.unpublish(),
            "deleteStream" => self.delete_stream(&command),
            "play" => {
                self.reply_nothing_to_play(stream)?;
                self.close();
                Ok(())
            }
            // releaseStream, _checkbw, getStreamLength and what else encoders try. No reply: FFmpeg gives up on
            // an error, and none of them waits for a result.
            _ => Ok(()),
        }
    }

    fn connect(&mut self, command: &Command) -> Result<(), ProtocolError> {
        let text = |name: &str| command.arguments.first()?.get(name)?.as_str().map(str::to_owned);
        let name = text("app").unwrap_or_default();
        self.application = Some(super::Application { name, encoder: text("flashVer") });
        self.reply_connected(command.transaction)
    }

    fn create_stream(&mut self, transaction: f64) -> Result<(), ProtocolError> {
        self.connected("createStream")?;
        if self.streams.len() >= MAX_STREAMS {
            return Err(ProtocolError::TooManyStreams { limit: MAX_STREAMS });
        }
        self.last_stream = self.last_stream.wrapping_add(1);
        self.streams.push(self.last_stream);
        self.reply_stream(transaction, self.last_stream)
    }

    fn publish(&mut self, command: &Command, stream: u32) -> Result<(), ProtocolError> {
        let application = self.connected("publish")?;
        let (app, encoder) = (application.name.clone(), application.encoder.clone());
        if self.is_publishing() {
            return self.reply_failed(stream, "this connection publishes already");
        }
        // The type (live, record, append) is not looked at: all is live here.
        let name = command.arguments.get(1).and_then(Value::as_str).unwrap_or_default().to_owned();
        let request = PublishRequest { app, stream: clean(&name).to_owned(), encoder };
        self.publish = Publish::Asked { stream, name };
        self.outbox.push(ServerAction::Publish(request));
        Ok(())
    }

    fn delete_stream(&mut self, command: &Command) -> Result<(), ProtocolError> {
        let number = command.arguments.get(1).and_then(Value::as_number);
        let is_it = |stream: u32| number.is_none_or(|number| number == f64::from(stream));
        self.streams.retain(|stream| !is_it(*stream));
        match self.publish {
            Publish::Accepted { stream } if is_it(stream) => self.unpublish(),
            _ => Ok(()),
        }
    }

    fn unpublish(&mut self) -> Result<(), ProtocolError> {
        if let Publish::Accepted { stream } = self.publish {
            self.publish = Publish::Idle;
            self.outbox.push(ServerAction::Unpublish);
            self.reply_unpublished(stream)?;
        }
        Ok(())
    }

    pub(super) fn metadata(&mut self, values: &[Value]) {
        if !self.is_publishing() {
            return;
        }
        // `@setDataFrame` asks the server to keep what follows and show it to viewers.
        let values = match values {
            [Value::String(wrapper), rest @ ..] if wrapper == "@setDataFrame" => rest,
            values => values,
        };
        if let [Value::String(handler), fields, ..] = values
            && handler == "onMetaData"
        {
            let number = |name| fields.get(name).and_then(number);
            self.outbox.push(ServerAction::Metadata(Metadata {
                encoder: fields.get("encoder").and_then(Value::as_str).map(str::to_owned),
                video_data_rate: number("videodatarate"),
                audio_data_rate: number("audiodatarate"),
                frame_rate: number("framerate"),
            }));
        }
    }

    fn connected(&self, command: &'static str) -> Result<&super::Application, ProtocolError> {
        self.application.as_ref().ok_or(ProtocolError::NotConnected { command })
    }
}

/// Some encoders send their numbers as text.
fn number(value: &Value) -> Option<f64> {
    let number = value.as_number().or_else(|| value.as_str()?.trim().parse().ok())?;
    number.is_finite().then_some(number)
}

/// Undoes what FFmpeg does to names that end like files: `show.mp4` goes out as `mp4:show.mp4`.
fn clean(name: &str) -> &str {
    let cleaned = match name.split_once(':') {
        Some(("mp4", rest)) if rest.ends_with(".mp4") || rest.ends_with(".f4v") => Some(rest),
        Some(("flv", rest)) if rest.ends_with(".flv") => Some(rest),
        _ => None,
    };
    cleaned.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn only_ffmpegs_prefix_before_a_name_like_a_files_is_taken_off() {
        assert_eq!(clean("mp4:show.mp4"), "show.mp4");
        assert_eq!(clean("mp4:show.f4v"), "show.f4v");
        assert_eq!(clean("flv:show.flv"), "show.flv");
        for name in ["mp4:show", "show.mp4", "mp3:show.mp4", "key?a=mp4:x.mp4", "", "mp4:"] {
            assert_eq!(clean(name), name);
        }
    }
}
