/** Reads the label of a box with the phone's camera, where the browser can read one; elsewhere the label is typed. */
import { useEffect, useRef, useState } from "preact/hooks";

import { Sheet } from "../caregiver/view/sheet.tsx";
import { t } from "../text/index.ts";
import { isLabel } from "./proof.ts";

interface Detector {
  detect(image: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

const detectorOf = () => (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
const EVERY_MS = 200;

/** Whether this browser reads barcodes. */
export const canScan = (): boolean => detectorOf() !== undefined && "mediaDevices" in navigator;

interface Props {
  onRead: (label: string) => void;
  onClose: () => void;
}

export function Scanner({ onRead, onClose }: Props) {
  const words = t().meals;
  const video = useRef<HTMLVideoElement>(null);
  const [blind, setBlind] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    look(video.current as HTMLVideoElement, stop.signal).then(
      (label) => label !== null && onRead(label),
      () => setBlind(true),
    );
    return () => stop.abort();
  }, []);
  return (
    <Sheet title={words.scan} onClose={onClose}>
      <video ref={video} class="scanner" autoplay muted playsInline aria-label={words.scanHint} />
      <p role="status">{blind ? words.noCamera : words.scanHint}</p>
    </Sheet>
  );
}

/** Looks through the camera at the back until it sees a label or is told to stop; the camera is off after either. */
async function look(video: HTMLVideoElement, stop: AbortSignal): Promise<string | null> {
  const Kind = detectorOf();
  if (!Kind) throw new Error("this browser reads no barcodes");
  const detector = new Kind();
  const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = camera;
    while (!stop.aborted) {
      const seen = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await detector.detect(video) : [];
      const label = seen.map((code) => code.rawValue.trim()).find(isLabel);
      if (label !== undefined && !stop.aborted) return label;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    return null;
  } finally {
    for (const track of camera.getTracks()) track.stop();
  }
}
