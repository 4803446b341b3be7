import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** Without touch, mouse or key the controls fade after this, milliseconds. */
const FADE_AFTER = 3_000;

export interface Awake {
  awake: boolean;
  wake(): void;
  /** A finger on the picture. */
  toggle(): void;
}

export function useAwake(): Awake {
  const [awake, setAwake] = useState(true);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const wake = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setAwake(false), FADE_AFTER);
    setAwake(true);
  }, []);
  const toggle = useCallback(() => {
    if (!awake) return wake();
    clearTimeout(timer.current);
    setAwake(false);
  }, [awake, wake]);
  useEffect(() => {
    wake();
    return () => clearTimeout(timer.current);
  }, [wake]);
  return { awake, wake, toggle };
}
