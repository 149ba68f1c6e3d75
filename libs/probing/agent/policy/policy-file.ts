import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { AgentLog } from '../agent-log';
import { defaultPolicy, type LocalPolicy, parsePolicy } from './local-policy';

const LOOK_EVERY_MS = 2_000;
const FILE_BYTES_MAX = 1024 * 1024;

/** The policy of a file, read again whenever the file changes; a change that cannot be read leaves the last one in force. */
export class PolicyFile {
  current: LocalPolicy;
  private readonly onStat = (): void => this.reload();
  private onChange: (() => void) | undefined;

  /** `file` undefined: the default policy. @throws Error or PolicyError if there is a file and it cannot be used */
  constructor(
    private readonly file: string | undefined,
    private readonly log: AgentLog,
  ) {
    this.current = file === undefined ? defaultPolicy() : read(file);
  }

  watch(onChange: () => void): void {
    if (this.file === undefined) return;
    this.onChange = onChange;
    watchFile(this.file, { interval: LOOK_EVERY_MS, persistent: false }, this.onStat);
  }

  close(): void {
    if (this.file !== undefined) unwatchFile(this.file, this.onStat);
  }

  private reload(): void {
    if (this.file === undefined) return;
    try {
      this.current = read(this.file);
      this.log.info({ file: this.file }, 'the policy file has changed and is in force');
      this.onChange?.();
    } catch (error) {
      this.log.error(
        { err: error, file: this.file },
        'the policy file has changed and cannot be used; the former holds',
      );
    }
  }
}

function read(file: string): LocalPolicy {
  const text = readFileSync(file, 'utf8');
  if (text.length > FILE_BYTES_MAX) throw new RangeError(`${file} is longer than ${FILE_BYTES_MAX} bytes`);
  return parsePolicy(text);
}
