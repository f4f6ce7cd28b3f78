/** Short tones without a sound file. Silent until the page has been touched once, as browsers demand. */
let audio: AudioContext | undefined;
let last = 0;

/** Plays the tones one after the other; at most one chime in so many milliseconds. */
export function chime(tones: readonly number[], pauseMs = 3000): void {
  if (performance.now() - last < pauseMs || !navigator.userActivation?.hasBeenActive) return;
  last = performance.now();
  const context = (audio ??= new AudioContext());
  void context.resume().catch(() => undefined);
  tones.forEach((frequency, i) => {
    const at = context.currentTime + i * 0.18;
    const tone = context.createOscillator();
    const loud = context.createGain();
    tone.frequency.value = frequency;
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(0.18, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.001, at + 0.17);
    tone.connect(loud).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.18);
  });
}
