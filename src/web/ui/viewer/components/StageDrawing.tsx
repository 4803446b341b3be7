/** An empty stage under two lights; which of them burn is said by the card's class in poster.css. */
export function StageDrawing() {
  return (
    <svg class="poster-drawing" viewBox="0 0 1280 720" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <defs>
        <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
          <stop class="sky" offset="0" />
          <stop class="sky-low" offset="0.85" />
        </linearGradient>
        <linearGradient id="warm" x1="0" y1="0" x2="0" y2="1">
          <stop class="warm" offset="0" stop-opacity="0.75" />
          <stop class="warm" offset="0.55" stop-opacity="0.3" />
          <stop class="warm" offset="1" stop-opacity="0" />
        </linearGradient>
        <linearGradient id="rose" x1="0" y1="0" x2="0" y2="1">
          <stop class="rose" offset="0" stop-opacity="0.6" />
          <stop class="rose" offset="0.55" stop-opacity="0.22" />
          <stop class="rose" offset="1" stop-opacity="0" />
        </linearGradient>
        <radialGradient id="pool">
          <stop class="warm" offset="0" stop-opacity="0.35" />
          <stop class="warm" offset="1" stop-opacity="0" />
        </radialGradient>
      </defs>
      <rect width="1280" height="720" fill="url(#sky)" />
      <ellipse class="floor" cx="640" cy="664" rx="600" ry="78" />
      <g class="light light-warm">
        <path d="M424 0h104l248 640H196z" fill="url(#warm)" />
        <ellipse cx="486" cy="652" rx="300" ry="44" fill="url(#pool)" />
      </g>
      <g class="light light-rose">
        <path d="M790 0h84l236 640H584z" fill="url(#rose)" />
        <ellipse cx="847" cy="652" rx="270" ry="40" fill="url(#pool)" />
      </g>
      <g class="stand">
        <path d="M640 476v156M600 650q40-28 80 0" />
        <rect x="628" y="426" width="24" height="42" rx="12" />
        <path d="M615 449v4a25 25 0 0 0 50 0v-4" />
      </g>
    </svg>
  );
}
