const TONE_S = 0.18;
const NOTES_HZ = [880, 1174.7];
let audio: AudioContext | null = null;

/** Two soft tones; browsers keep them back until the page was touched once. */
export function chime(): void {
  audio ??= new AudioContext();
  if (audio.state === "suspended") return void audio.resume().catch(() => undefined);
  const begin = audio.currentTime;
  NOTES_HZ.forEach((pitch, at) => {
    const context = audio as AudioContext;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    const from = begin + at * TONE_S;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.08, from);
    loudness.gain.exponentialRampToValueAtTime(0.0001, from + TONE_S);
    tone.connect(loudness).connect(context.destination);
    tone.start(from);
    tone.stop(from + TONE_S);
  });
}

/** A notification of the system; where windows may not make one, the worker does. */
export function callDesktop(id: string, title: string, body: string, path: string, open: () => void): void {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const options = { body, tag: id, icon: `${import.meta.env.BASE_URL}icons/icon-192.png`, data: { path: `/app${path}` } };
  try {
    const shown = new Notification(title, options);
    shown.onclick = () => {
      window.focus();
      open();
      shown.close();
    };
  } catch {
    void navigator.serviceWorker?.ready.then((worker) => worker.showNotification(title, options)).catch(() => undefined);
  }
}
