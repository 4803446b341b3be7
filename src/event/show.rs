//! A running event: its timeline, and what the timeline's decisions become in the window.

use std::sync::Arc;

use super::opening::Measured;
use super::plan::{Action, PartPlan, SegmentPlan};
use super::snapshot::{Configured, EventRecord, Kept, NewPart, Trace};
use super::timeline::Timeline;
use crate::live::{LiveRendition, Publisher, Rank};
use crate::media::{MediaError, Segmenter};
use crate::stream::{
    Configuration, EventId, Init, Numbers, Part, Past, Rendition, RenditionId, SegmentStart, Window,
    WindowLimits,
};
use crate::time::MediaTime;

/// The event on air, or the last one until its playlist is owed no longer.
#[derive(Debug)]
pub struct Show {
    /// Its name.
    pub event: EventId,
    /// Its timeline.
    pub timeline: Timeline,
    publisher: Publisher,
    rendition: Rendition,
    init: Option<Arc<Init>>,
    /// A part that was lost was to open a segment; the next one does.
    owed_start: Option<SegmentPlan>,
    next_init: u32,
    fragment: u32,
    /// Bytes and length of the open segment, for BANDWIDTH.
    open: (u64, MediaTime),
    /// What outlives the program.
    record: EventRecord,
    /// Where the tracks go on, in their own units.
    ends: (Option<i64>, Option<i64>),
}

impl Show {
    /// A show for an event so measured. Takes the event's number.
    pub fn new(
        timeline: Timeline,
        measured: Measured,
        limits: WindowLimits,
        numbers: &mut Numbers,
        record: EventRecord,
    ) -> Self {
        let event = numbers.event;
        numbers.event = EventId(event.0 + 1);
        let id = RenditionId { event, rendition: 0 };
        Show {
            event,
            timeline,
            publisher: Publisher::new(Window::new(id, measured.geometry, limits, numbers.msn)),
            rendition: Rendition {
                id,
                codecs: String::new(),
                resolution: None,
                frame_rate: measured.frame_rate,
                bandwidth: measured.bit_rate,
                average_bandwidth: measured.bit_rate,
            },
            init: None,
            owed_start: None,
            next_init: 0,
            fragment: numbers.fragment,
            open: (0, MediaTime::ZERO),
            record,
            ends: (None, None),
        }
    }

    /// The show that an earlier run of the program left, with the timeline that goes on from it.
    pub fn resume(kept: Kept, timeline: Timeline, limits: WindowLimits, record: EventRecord) -> Self {
        let (event, measured) = (kept.head.event, kept.head.measured);
        let mut numbers = Numbers { event, msn: 0, fragment: kept.after.fragment };
        let mut show = Show::new(timeline, measured, limits, &mut numbers, record);
        show.next_init =
            kept.head.configured.iter().map(|known| known.init.number + 1).max().unwrap_or_default();
        show.init = kept.segments.last().map(|last| Arc::clone(&last.init));
        if let Some(init) = &show.init {
            show.rendition.codecs.clone_from(&init.codecs);
            show.rendition.resolution = init.resolution;
        }
        show.ends = (kept.after.video, kept.after.audio);
        for segment in &kept.segments {
            for (index, part) in segment.parts.iter().enumerate() {
                show.weigh(part.bytes.len(), part.duration, index == 0);
            }
        }
        let past = Past {
            segments: kept.segments,
            discontinuities: kept.discontinuities,
            first_listed: kept.after.first_listed,
        };
        show.publisher = Publisher::new(Window::go_on(show.rendition.id, measured.geometry, limits, past));
        show
    }

    /// Does what the timeline wants, in order.
    ///
    /// # Errors
    /// [`MediaError`] when the samples cannot be packaged; that part is lost, and the next one takes its place.
    pub async fn perform(&mut self, segmenter: &Segmenter) -> Result<(), MediaError> {
        while let Some(action) = self.timeline.next_action() {
            match action {
                Action::Configure(configuration) => self.configure(segmenter, configuration).await?,
                Action::Part(plan) => self.part(segmenter, plan).await?,
                Action::Seal => self.seal(),
            }
        }
        Ok(())
    }

    fn seal(&mut self) {
        self.record.seal();
        self.publisher.seal();
    }

    async fn configure(
        &mut self,
        segmenter: &Segmenter,
        configuration: Configuration,
    ) -> Result<(), MediaError> {
        let codecs = configuration.codecs();
        let resolution = configuration.video.as_ref().map(|video| (video.width, video.height));
        let bytes = segmenter.configure(configuration.clone(), self.fragment).await?;
        let number = self.next_init;
        self.next_init += 1;
        self.rendition.codecs.clone_from(&codecs);
        self.rendition.resolution = resolution;
        let init = Init { number, bytes, codecs, resolution };
        let window = self.publisher.window();
        let configured = Configured { init: init.clone(), configuration };
        self.record.configured(configured, |number| window.init(number).is_some());
        self.init = Some(Arc::new(init));
        Ok(())
    }

    async fn part(&mut self, segmenter: &Segmenter, plan: PartPlan) -> Result<(), MediaError> {
        let Some(init) = self.init.clone() else { return Ok(()) };
        let start = plan.start.or(self.owed_start.take());
        let trace = Trace::of(&plan.samples);
        self.ends = (trace.video.or(self.ends.0), trace.audio.or(self.ends.1));
        let fragment = match segmenter.mux(plan.samples).await {
            Ok(fragment) => fragment,
            Err(error) => {
                if !plan.last {
                    self.owed_start = start;
                } else if start.is_none() {
                    self.seal();
                }
                return Err(error);
            }
        };
        self.fragment = fragment.number.wrapping_add(1).max(1);
        let start = start.map(|start| SegmentStart {
            init,
            discontinuity: start.discontinuity,
            start: start.start,
            date: start.date,
        });
        self.weigh(fragment.bytes.len(), plan.duration, start.is_some());
        let part = Part {
            duration: plan.duration,
            independent: plan.independent,
            bytes: fragment.bytes,
            sha256: fragment.sha256,
        };
        let opens = start.is_some();
        let window = self.publisher.window();
        // Recorded first: what a viewer may have seen must never be made again with other bytes.
        self.record.part(NewPart {
            start: start.as_ref().map(|start| (window.next_msn(), start)),
            part: &part,
            last: plan.last,
            picture: trace.picture,
            fragment: self.fragment,
            ends: self.ends,
            arrival: self.timeline.last_arrival(),
            first_listed: window.first_listed(),
        });
        if self.publisher.push(start, part, plan.last).is_none() {
            log::error!("a part did not fit into its window; this is a defect of the box");
        }
        if opens {
            self.record.let_go_before(self.publisher.window().first_owed());
        }
        Ok(())
    }

    /// BANDWIDTH is the peak of the segments (RFC 8216bis 4.4.6.2); it grows in steps, so that the
    /// multivariant playlist rarely changes.
    fn weigh(&mut self, bytes: usize, duration: MediaTime, opens: bool) {
        if opens {
            let (bytes, length) = std::mem::take(&mut self.open);
            if length >= MediaTime::from_millis(1_000) {
                let rate = bytes.saturating_mul(8 * 90_000) / length.ticks().unsigned_abs();
                if rate > self.rendition.bandwidth {
                    self.rendition.bandwidth = rate + rate / 10;
                }
            }
        }
        self.open.0 += u64::try_from(bytes).unwrap_or(u64::MAX);
        self.open.1 += duration;
    }

    /// Ends the event: EXT-X-ENDLIST.
    pub fn end(&mut self) {
        self.record.end();
        self.publisher.end();
    }

    /// It was over before the program was started again.
    pub fn end_again(&mut self) {
        self.publisher.end();
    }

    /// An encoder of this rank feeds it now.
    pub fn ranked(&mut self, rank: Rank) {
        self.record.ranked(Some(rank));
    }

    /// Nobody is owed its playlist any more, after a start neither.
    pub fn forget(mut self) {
        self.record.forget();
    }

    /// Whether anything can be fetched yet.
    pub fn is_visible(&self) -> bool {
        !self.publisher.window().is_empty()
    }

    /// What the multivariant playlist says of it.
    pub fn rendition(&self) -> &Rendition {
        &self.rendition
    }

    /// What readers get of it.
    pub fn live(&self) -> LiveRendition {
        LiveRendition { rendition: self.rendition.clone(), window: self.publisher.subscribe() }
    }

    /// The numbers after this show's.
    pub fn numbers(&self) -> Numbers {
        Numbers {
            event: EventId(self.event.0 + 1),
            msn: self.publisher.window().next_msn(),
            fragment: self.fragment,
        }
    }
}
