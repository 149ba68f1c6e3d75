import { readFileSync, statSync } from 'node:fs';
import type { PolicyFault } from '@icmp-mon/agents/contract';
import type { AgentLog } from '../agent-log';
import type { LocalPolicy } from './local-policy';
import { defaultPolicy, parsePolicy } from './parse-policy';

const LOOK_EVERY_MS = 2_000;
const FILE_BYTES_MAX = 1024 * 1024;
/** Longest text of a fault, which telemetry contains. */
const DETAIL_LENGTH_MAX = 500;

/** The policy from a file, read again when the file changes; if the new content is invalid, the previous policy remains in force. */
export class PolicyFile {
  current: LocalPolicy;
  /** Why the file as it is now is not in force; null if it is. */
  fault: PolicyFault | null = null;
  /** Identity of the file before it was read, so that a change during reading is noticed. */
  private seen = '';
  private timer: NodeJS.Timeout | undefined;

  /** `file` undefined: the default policy. @throws Error or PolicyError if the file cannot be used */
  constructor(
    private readonly file: string | undefined,
    private readonly log: AgentLog,
  ) {
    if (file !== undefined) this.seen = looksOf(file);
    this.current = file === undefined ? defaultPolicy() : read(file);
  }

  watchFile(onChange: () => void): void {
    const { file } = this;
    if (file === undefined) return;
    this.timer = setInterval(() => this.checkFile(file, onChange), LOOK_EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private checkFile(file: string, onChange: () => void): void {
    const looks = looksOf(file);
    if (looks === this.seen) return;
    this.seen = looks;
    try {
      this.current = read(file);
    } catch (error) {
      this.fault = { since: this.fault?.since ?? new Date().toISOString(), detail: detailOf(error) };
      this.log.error({ err: error, file }, 'policy file changed but is invalid; the previous policy remains in force');
      return;
    }
    this.fault = null;
    this.log.info({ file }, 'policy file changed; the new policy is in force');
    onChange();
  }
}

/** Returns the message as one line of text that a report may contain: an error may quote the file. */
function detailOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, ' ').trim().slice(0, DETAIL_LENGTH_MAX).replace(/\p{C}/gu, '?');
}

function looksOf(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino}/${size}/${mtimeNs}/${ctimeNs}`;
  } catch (error) {
    // Reading the file will report the error.
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

function read(file: string): LocalPolicy {
  const text = readFileSync(file, 'utf8');
  if (text.length > FILE_BYTES_MAX) throw new RangeError(`${file} exceeds ${FILE_BYTES_MAX} bytes`);
  return parsePolicy(text);
}
