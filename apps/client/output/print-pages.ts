import type { Page, Query } from '../api/api-client';
import type { Session } from '../session';
import type { Column } from './output';
import { countText } from './times';

export interface ListLook<Row, P> {
  columns: readonly Column<Row>[];
  /** Remark for a list without rows. */
  empty: string;
  /** Rows of all pages, where the API counts them. */
  total?: (page: P) => number;
}

/** Prints a page of a list, or with --all all rows as they arrive. */
export async function printPages<Row, P extends Page<Row>>(
  session: Session,
  path: string,
  query: Query,
  look: ListLook<Row, P>,
): Promise<void> {
  const { asked, api, output } = session;
  const isJson = asked.flag('json');
  if (asked.flag('all')) return printAll(session, api.readPages<P>(path, query), look);
  const page = await api.readDocument<P>(path, {
    ...query,
    limit: asked.number('limit'),
    cursor: asked.text('cursor'),
  });
  if (isJson) return output.printJson(page);
  if (page.items.length === 0) return output.note(look.empty);
  await output.printTable(look.columns, page.items);
  if (page.next === null) return;
  const of = look.total === undefined ? '' : ` of ${countText(look.total(page))}`;
  output.note(`${page.items.length}${of} rows. All: --all. Next page: --cursor ${page.next}`);
}

async function printAll<Row, P extends Page<Row>>(
  { asked, output }: Session,
  pages: AsyncIterable<P>,
  { columns, empty }: ListLook<Row, P>,
): Promise<void> {
  let widths: number[] | undefined;
  let isEmpty = true;
  for await (const { items } of pages) {
    isEmpty &&= items.length === 0;
    if (asked.flag('json')) for (const row of items) await output.printJsonLine(row);
    else if (items.length > 0) widths = await output.printTable(columns, items, widths);
  }
  if (isEmpty && !asked.flag('json')) output.note(empty);
}
