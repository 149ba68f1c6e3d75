import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { isOutcome, OUTCOME } from '@icmp-mon/probing/contract';
import { readDetail, writeDetail } from './detail-bytes';
import { SeriesBuilder, type SeriesSamples, sortSamples } from './series-samples';

/** Length of the windows of series rows. */
export const WINDOW_MS = 300_000;
export const AGENT_NO_MAX = 32_767;
export const SERIES_SAMPLES_MAX = 131_072;

/** Version 2 has a detail of at least one sample. Others stay version 1, which earlier releases read too. */
const VERSION = { plain: 1, withDetails: 2 } as const;
const U32_MAX = 0xffff_ffff;
// Units of 1, 10, 100 and 1,000 us: fping prints three significant digits, so most rtts are small multiples of one of them.
const UNIT_EXPONENT_MAX = 3;
const FULL_TAG = 1;
const OUTCOME_TAG = 3;
/** In place of a token: a detail follows, then the token. No outcome has this code. */
const DETAIL_TOKEN = 255 * 4 + OUTCOME_TAG;

const writer = new ByteWriter(16 * 1024);

/** Thrown when this version cannot read stored bytes: they are damaged, or a newer version wrote them. */
export class SeriesBodyError extends Error {
  override readonly name = 'SeriesBodyError';
}

/** Returns the start of the window that contains an instant (ms since 1970). */
export function windowStart(timeMs: number): number {
  return Math.floor(timeMs / WINDOW_MS) * WINDOW_MS;
}

/** Rtt of the agent's previous reply, and the unit of differences to it. */
interface RttState {
  rttUs: number;
  unitUs: number;
}

/**
 * Encodes one (target, check, window): samples of all agents, in any order. Equal sets of samples give equal bytes. Throws a RangeError for
 * more than `SERIES_SAMPLES_MAX` samples or a sample out of bounds.
 */
export function encodeSeriesBody(samples: SeriesSamples): Uint8Array {
  const { count } = samples;
  if (count > SERIES_SAMPLES_MAX)
    throw new RangeError(`${count} samples, a series body holds at most ${SERIES_SAMPLES_MAX}`);
  for (let row = 0; row < count; row++) requireSample(samples, row);
  const sorted = sortSamples(samples);
  const { agentNo } = sorted;
  writer.reset();
  writer.u8(sorted.details.size > 0 ? VERSION.withDetails : VERSION.plain);
  let previousAgentNo = 0;
  for (let at = 0; at < count;) {
    const agent = agentNo[at];
    let end = at + 1;
    while (end < count && agentNo[end] === agent) end++;
    writer.writeVarint(agent - previousAgentNo);
    writer.writeVarint(end - at);
    writeAgent(sorted, at, end);
    previousAgentNo = agent;
    at = end;
  }
  return writer.copyBytes();
}

function requireSample({ agentNo, timeOffsetMs, outcome }: SeriesSamples, row: number): void {
  if (agentNo[row] < 1 || agentNo[row] > AGENT_NO_MAX)
    throw new RangeError(`agent number ${agentNo[row]} in row ${row}`);
  if (timeOffsetMs[row] >= WINDOW_MS) throw new RangeError(`time offset ${timeOffsetMs[row]} ms is outside the window`);
  if (!isOutcome(outcome[row])) throw new RangeError(`unknown outcome code ${outcome[row]} in row ${row}`);
}

function writeAgent(samples: SeriesSamples, from: number, to: number): void {
  const state: RttState = { rttUs: 0, unitUs: 1 };
  let timeMs = 0;
  let stepMs = 0;
  for (let row = from; row < to; row++) {
    const nextMs = samples.timeOffsetMs[row];
    writer.writeZigzag(nextMs - timeMs - stepMs);
    stepMs = nextMs - timeMs;
    timeMs = nextMs;
    const outcome = samples.outcome[row];
    const detail = samples.details.size === 0 ? undefined : samples.details.get(row);
    if (detail !== undefined) {
      writer.writeVarint(DETAIL_TOKEN);
      writeDetail(writer, detail);
    }
    if (outcome === OUTCOME.reply) writeRtt(samples.rttUs[row], state);
    else writer.writeVarint(outcome * 4 + OUTCOME_TAG);
  }
}

function writeRtt(rttUs: number, state: RttState): void {
  let exponent = 0;
  let mantissa = rttUs;
  while (exponent < UNIT_EXPONENT_MAX && mantissa !== 0 && mantissa % 10 === 0) {
    mantissa /= 10;
    exponent++;
  }
  const full = (mantissa * 4 + exponent) * 4 + FULL_TAG;
  const steps = (rttUs - state.rttUs) / state.unitUs;
  const short = (steps >= 0 ? steps * 2 : -steps * 2 - 1) * 2;
  if (Number.isInteger(steps) && short < full) {
    writer.writeVarint(short);
  } else {
    writer.writeVarint(full);
    state.unitUs = 10 ** exponent;
  }
  state.rttUs = rttUs;
}

/** Returns the samples of a body, sorted by agent and time. Throws a `SeriesBodyError` for invalid bytes. */
export function decodeSeriesBody(bytes: Uint8Array): SeriesSamples {
  const builder = new SeriesBuilder(SERIES_SAMPLES_MAX, Math.min(SERIES_SAMPLES_MAX, bytes.length >> 1));
  appendSeriesBody(builder, bytes);
  return builder.buildSamples();
}

/** Adds the samples of a body to the builder. Throws a `SeriesBodyError` for invalid bytes, or too many samples. */
export function appendSeriesBody(builder: SeriesBuilder, bytes: Uint8Array): void {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION.plain && version !== VERSION.withDetails)
    throw new SeriesBodyError(
      `series body of version ${version}, this reads 1 and 2: a newer release wrote it, upgrade this process`,
    );
  let agentNo = 0;
  while (reader.remaining > 0) {
    agentNo += reader.readVarint();
    const count = reader.readVarint();
    if (agentNo < 1 || agentNo > AGENT_NO_MAX)
      throw new SeriesBodyError(`agent number ${agentNo} is not between 1 and ${AGENT_NO_MAX}`);
    // A sample has at least two bytes, which bounds the loop by the bytes that are really present.
    if (reader.failed || count < 1 || count * 2 > reader.remaining) {
      throw new SeriesBodyError(
        `${count} samples of agent ${agentNo} cannot be in the remaining ${reader.remaining} bytes`,
      );
    }
    readAgent(reader, builder, { agentNo, count, hasDetails: version === VERSION.withDetails });
  }
}

function readAgent(
  reader: ByteReader,
  builder: SeriesBuilder,
  { agentNo, count, hasDetails }: { agentNo: number; count: number; hasDetails: boolean },
): void {
  const state: RttState = { rttUs: 0, unitUs: 1 };
  let timeMs = 0;
  let stepMs = 0;
  for (let at = 0; at < count; at++) {
    stepMs += reader.readZigzag();
    timeMs += stepMs;
    let token = reader.readVarint();
    const isDetail = hasDetails && token === DETAIL_TOKEN;
    const detail = isDetail ? readDetail(reader) : undefined;
    if (isDetail && detail === undefined) {
      throw new SeriesBodyError(
        `sample ${at} of agent ${agentNo} has a detail of an unknown kind: a newer release wrote it, upgrade this process`,
      );
    }
    if (detail !== undefined) token = reader.readVarint();
    const outcome = token % 4 === OUTCOME_TAG ? (token - OUTCOME_TAG) / 4 : OUTCOME.reply;
    const rttUs = token % 4 === OUTCOME_TAG ? 0 : readRtt(token, state);
    if (
      reader.failed ||
      timeMs < 0 ||
      timeMs >= WINDOW_MS ||
      !isOutcome(outcome) ||
      !(rttUs >= 0 && rttUs <= U32_MAX)
    ) {
      throw new SeriesBodyError(
        `sample ${at} of agent ${agentNo} is truncated or out of range: ${timeMs} ms, outcome ${outcome}, rtt ${rttUs} us`,
      );
    }
    if (!builder.addSample(agentNo, timeMs, outcome, rttUs, detail)) {
      throw new SeriesBodyError(`more than ${SERIES_SAMPLES_MAX} samples`);
    }
  }
}

function readRtt(token: number, state: RttState): number {
  if (token % 2 === 0) {
    const zigzag = token / 2;
    state.rttUs += (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2) * state.unitUs;
  } else {
    const code = (token - FULL_TAG) / 4;
    state.unitUs = 10 ** (code % 4);
    state.rttUs = Math.floor(code / 4) * state.unitUs;
  }
  return state.rttUs;
}

/** Returns one body with the samples of all given bodies, in any order. Throws like decoding and encoding. */
export function mergeSeriesBodies(bodies: readonly Uint8Array[]): Uint8Array {
  const builder = new SeriesBuilder(SERIES_SAMPLES_MAX);
  for (const body of bodies) appendSeriesBody(builder, body);
  return encodeSeriesBody(builder.buildSamples());
}
