import { BLOCK_BYTES_MAX, type BlockRefusal } from './block-header';
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';

/** Limits of one POST /v1/results. */
export const UPLOAD_BLOCKS_MAX = 1024;
export const UPLOAD_BYTES_MAX = 4 * 1024 * 1024;
const LENGTH_BYTES = 4;

/** Answer to POST /v1/results. The agent deletes from its spool only what is `durable` (with all lower sequences), or refused. */
export interface ResultsResponse {
  /** Highest durable sequence of the upload's lane; null if no block was accepted. */
  durable: { boot: number; sequence: number } | null;
  /** Blocks that will never be accepted, by their index in the upload; the agent sets them aside. */
  refused: { index: number; reason: BlockRefusal; detail: string }[];
  /**
   * The gateway did not process the blocks from this index on, because the agent sends more results than its assignments produce. They stay
   * in the spool and are sent again, not before `retryAfterS` has passed. Absent when there are none, and from older gateways.
   */
  deferred?: { from: number; reason: 'too_many_results'; retryAfterS: number };
}

export type UploadRefusal = 'empty' | 'torn' | 'too_large' | 'too_many';

export type ReadUpload =
  | { ok: true; blocks: Uint8Array[] }
  | {
      ok: false;
      reason: UploadRefusal;
      detail: string;
      /** The complete blocks before the fault. */ blocks: Uint8Array[];
    };

/** Returns the body of POST /v1/results: for each block its length as u32 (little endian) and its bytes. */
export function writeUpload(blocks: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter(blocks.reduce((total, block) => total + LENGTH_BYTES + block.length, 0));
  for (const block of blocks) {
    writer.u32(block.length);
    writer.writeBytes(block);
  }
  return writer.viewBytes();
}

/** Splits an upload into blocks (views, not copies), which are not inspected. Never throws on invalid bytes. */
export function readUpload(bytes: Uint8Array, blocksMax = UPLOAD_BLOCKS_MAX): ReadUpload {
  const blocks: Uint8Array[] = [];
  const refuse = (reason: UploadRefusal, detail: string): ReadUpload => ({ ok: false, reason, detail, blocks });
  if (bytes.length === 0) return refuse('empty', 'no blocks');
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) {
    if (blocks.length === blocksMax) return refuse('too_many', `more than ${blocksMax} blocks`);
    const length = reader.u32();
    if (reader.failed) return refuse('torn', `${reader.remaining} bytes of a length after ${blocks.length} blocks`);
    if (length > BLOCK_BYTES_MAX) return refuse('too_large', `block ${blocks.length} claims ${length} bytes`);
    if (length > reader.remaining) {
      return refuse('torn', `block ${blocks.length} claims ${length} bytes, ${reader.remaining} are left`);
    }
    blocks.push(reader.readBytes(length));
  }
  return { ok: true, blocks };
}
