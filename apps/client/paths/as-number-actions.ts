import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AS_NUMBERS_TYPE, type AsNumbersFile } from '@icmp-mon/paths/contract';
import { Refusal } from '../api/refusal';
import { openFile } from '../input';
import { printDocument, reportChange } from '../output/print-document';
import { countText, timeText } from '../output/times';
import type { Actions, Session } from '../session';

const PATH = 'as-numbers';
/** A remark on progress after this many bytes. */
const REMARK_BYTES = 10_000_000;
const MB = 1_000_000;

export const AS_NUMBER_ACTIONS: Actions = {
  'as-numbers import': importFile,
  'as-numbers show': async (session) => printFile(session, await session.api.readDocument<AsNumbersFile>(PATH)),
  'as-numbers remove': removeNumbers,
};

async function importFile(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const [name = ''] = asked.args;
  const file = await openFile(name, 'file');
  const content = Readable.from(
    piecesOf(file, name.endsWith('.gz'), (bytes) => output.note(`${countText(bytes / MB)} MB sent …`)),
    { objectMode: false },
  );
  await printFile(session, await api.replaceByFile<AsNumbersFile>(PATH, content, AS_NUMBERS_TYPE));
}

async function* piecesOf(
  file: Readable,
  isCompressed: boolean,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    // Unlike pipe, an async iteration passes on errors of the file.
    const pieces = isCompressed ? file.compose(createGunzip()) : file;
    for await (const piece of pieces as AsyncIterable<Buffer>) {
      if (Math.floor((bytes + piece.length) / REMARK_BYTES) > Math.floor(bytes / REMARK_BYTES))
        onBytes(Math.floor((bytes + piece.length) / REMARK_BYTES) * REMARK_BYTES);
      bytes += piece.length;
      yield piece;
    }
  } catch (error) {
    throw new Refusal(`The file cannot be read: ${(error as Error).message}.`);
  }
}

async function removeNumbers(session: Session): Promise<void> {
  await session.api.sendDelete(PATH);
  await reportChange(session, 'The AS numbers are removed.', () => session.api.readDocument<AsNumbersFile>(PATH));
}

function printFile(session: Session, file: AsNumbersFile): Promise<void> {
  const { lines, prefixes, changedAt, running } = file;
  return printDocument(session, file, () =>
    session.output.printFields({
      lines: countText(lines),
      prefixes: countText(prefixes),
      changed: timeText(changedAt),
      ...(running !== null && { running: `${countText(running.lines)} lines since ${timeText(running.startedAt)}` }),
    }),
  );
}
