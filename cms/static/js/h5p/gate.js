// What comes from the frame of an activity was written by strangers: looked at before anything is done with it.
const LONGEST = 300_000; // characters of one message
const PER_SECOND = 60;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isText = (value, most) => typeof value === "string" && value.length <= most;

const READERS = {
  ready: () => ({}),
  failure: () => ({}),
  trouble: () => ({}),
  blocked: () => ({}),
  size: ({ height }) => Number.isFinite(height) && height >= 0 && { height: Math.min(Math.ceil(height), 20_000) },
  statement: ({ id, sequence, version, statement }) =>
    isText(id, 36) && UUID.test(id) && isCount(sequence) && isCount(version) && { id, sequence, version, statement },
  state: ({ sequence, version, dataType, subContentId, data }) =>
    isCount(sequence) && isCount(version) && isText(dataType, 100) && isText(String(subContentId), 64)
    && (data === null || typeof data === "string")
    && { sequence, version, dataType, subContentId: String(subContentId), data },
};

export class Gate {
  constructor() {
    this.times = [];
  }

  // The message as far as it is sound, null when it is not for us or not sound.
  read({ source, origin, data }, frame) {
    if (source !== frame.contentWindow || origin !== "null" || data?.context !== "socle") return null;
    if (!Object.hasOwn(READERS, data.kind) || this.isFlooded()) return null;
    const read = READERS[data.kind](data);
    if (!read || JSON.stringify(read).length > LONGEST) return null;
    return { kind: data.kind, ...read };
  }

  isFlooded() {
    const now = performance.now();
    this.times = this.times.filter((time) => now - time < 1_000);
    return this.times.push(now) > PER_SECOND;
  }
}
