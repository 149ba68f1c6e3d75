import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { CHECK_STATUSES, EvidenceVerifier } from '@icmp-mon/status/contract';
import { Refusal } from '../api/refusal';
import { openFile } from '../input';
import { printable } from '../output/printable';
import type { Actions, Session } from '../session';

/** Longest line that is read, in characters: an entry of 1,000 agents has about 150,000. */
const LINE_LENGTH_MAX = 4_000_000;
const HOUR_MS = 3_600_000;

export const EVIDENCE_ACTIONS: Actions = { 'evidence verify': verifyEvidence };

async function verifyEvidence({ asked, output }: Session): Promise<void> {
  const verifier = new EvidenceVerifier((text) => createHash('sha256').update(text).digest('hex'));
  const hash = asked.text('hash')?.toLowerCase();
  let isFound = hash === undefined;
  for await (const line of linesOf(await openFile(asked.args[0] ?? '', 'evidence'))) {
    const fault = verifier.addLine(line);
    if (fault) throw refused(fault);
    isFound ||= verifier.lastHash === hash;
  }
  const { verified, fault } = verifier.finish();
  if (fault) throw refused(fault);
  if (!isFound)
    throw new Refusal(
      `The evidence has no entry with the hash ${hash}: it is of another time or check, or was written again as a whole.`,
    );
  if (asked.flag('json')) return output.printJson(verified);
  const { target, check, entries, from, until, chains, totalsMs } = verified;
  await output.printLine(`Verified: ${entries} entries of check ${check} of target ${printable(target)}`);
  if (from === null || until === null) return;
  await output.printLine(`From ${from} until ${until}`);
  for (const status of CHECK_STATUSES) {
    await output.printLine(`  ${status.replace('_', ' ')}: ${((totalsMs[status] ?? 0) / HOUR_MS).toFixed(2)} h`);
  }
  for (const { chain, firstEntry, lastEntry, lastHash } of chains) {
    await output.printLine(`Log ${chain}, entry ${lastEntry}: ${lastHash}`);
    if (firstEntry > 1)
      await output.printLine(`  It begins with entry ${firstEntry}: earlier ones are not in the file.`);
  }
}

function refused({ line, detail }: { line: number; detail: string }): Refusal {
  return new Refusal(`The evidence is refused: line ${line}: ${detail}.`);
}

/** Returns the lines, split at line feeds only: other separators may be part of a text. */
async function* linesOf(file: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of file.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LENGTH_MAX)
      throw new Refusal(`The evidence is refused: a line is longer than ${LINE_LENGTH_MAX} characters.`);
    yield* lines;
  }
  if (rest !== '') yield rest;
}
