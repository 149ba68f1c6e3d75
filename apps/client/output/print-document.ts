import type { Session } from '../session';
import type { Column } from './output';

/** Prints a document of the API, with --json as it is, otherwise by `show`. */
export async function printDocument<T>(
  { asked, output }: Session,
  document: T,
  show: () => Promise<void>,
): Promise<void> {
  return asked.flag('json') ? output.printJson(document) : show();
}

/** Reports a change that the API answers without a document: with --json by what `read` returns, otherwise by a remark. */
export async function reportChange(
  { asked, output }: Session,
  remark: string,
  read: () => Promise<unknown>,
): Promise<void> {
  if (asked.flag('json')) await output.printJson(await read());
  else output.note(remark);
}

/** Prints a list that the API returns as a whole. */
export async function printList<Row>(
  session: Session,
  document: { items: readonly Row[] },
  columns: readonly Column<Row>[],
  empty: string,
): Promise<void> {
  const { output } = session;
  return printDocument(session, document, async () => {
    if (document.items.length === 0) output.note(empty);
    else await output.printTable(columns, document.items);
  });
}
