import { NETBOX_TAGS_FROM, SOURCE_TARGETS_MAX, type SourceDefinition } from '@icmp-mon/targets/contract';
import { identifierOf, textOf, valueAt } from './entry-texts';
import type { SourceHttp } from './source-http';
import { entryOf, type SourceEntry } from './source-entry';
import { ListChanged, SourceFault } from './source-fault';

/** Addresses that one page is asked for; NetBox returns no more than its MAX_PAGE_SIZE, 1000 unless set. */
const PAGE_SIZE = 1_000;
const PAGES_MAX = 10_000;
const PAGE_BYTES_MAX = 32 * 1024 * 1024;

interface Page {
  count: number;
  next: string | null;
  results: { id: number }[];
}

/**
 * Reads the IP addresses of NetBox page by page, in the order of their ids. A page that does not belong to the same list as the first one ends
 * the reading: another count, an id that was listed before, or a total that differs.
 *
 *   /api/ipam/ip-addresses/?…&ordering=id&limit=1000 ── next ──▶ ?…&offset=1000 ── next ──▶ null
 *
 * Of `next` only the query is used: proxies often make it another host or scheme, and the token is sent to the configured origin only.
 * @throws ListChanged, SourceFault
 */
export async function* readNetboxEntries(http: SourceHttp, source: SourceDefinition): AsyncGenerator<SourceEntry[]> {
  const first = firstPage(source);
  const asked = new Set<string>();
  const ids = new Set<number>();
  let count: number | null = null;
  let entry = 0;
  for (let url: URL | null = first; url !== null;) {
    if (asked.has(url.search) || asked.size >= PAGES_MAX) throw loops(url);
    asked.add(url.search);
    const page = pageOf(await http.readJson(url, PAGE_BYTES_MAX));
    count ??= requireCount(page.count);
    if (page.count !== count)
      throw new ListChanged(`NetBox had ${count} addresses at the first page, and ${page.count} at a later one.`);
    if (page.results.length === 0 && page.next !== null) throw loops(url);
    for (const { id } of page.results) {
      if (ids.has(id)) throw new ListChanged(`NetBox listed the address with the id ${id} on two pages.`);
      ids.add(id);
    }
    yield page.results.flatMap((address) =>
      isTaken(address, source) ? [addressEntry((entry += 1), address, source)] : [],
    );
    url = page.next === null ? null : nextPage(first, page.next);
  }
  if (ids.size !== count) throw new ListChanged(`NetBox counts ${count} addresses, and listed ${ids.size}.`);
}

function firstPage({ location, query, statuses }: SourceDefinition): URL {
  const url = new URL(`${location.replace(/\/+$/, '')}/api/ipam/ip-addresses/`);
  url.search = query;
  for (const status of statuses) url.searchParams.append('status', status);
  url.searchParams.set('ordering', 'id');
  url.searchParams.set('limit', String(PAGE_SIZE));
  return url;
}

function nextPage(first: URL, next: string): URL {
  if (!URL.canParse(next, first.href)) throw new SourceFault('The "next" of a page is not a URL.', NOT_NETBOX);
  const url = new URL(first.href);
  url.search = new URL(next, first.href).search;
  return url;
}

const NOT_NETBOX = 'Check that the address is that of NetBox, without /api, and that no proxy changes its answers.';

function pageOf(body: unknown): Page {
  const page = body as Partial<Page> | null;
  const isPage =
    typeof page === 'object' &&
    page !== null &&
    Number.isSafeInteger(page.count) &&
    (page.next === null || typeof page.next === 'string') &&
    Array.isArray(page.results) &&
    page.results.every(
      (each: unknown) => typeof each === 'object' && each !== null && Number.isSafeInteger(valueAt(each, 'id')),
    );
  if (!isPage)
    throw new SourceFault('The answer is not a page of NetBox: it lacks count, next or results.', NOT_NETBOX);
  return page as Page;
}

function requireCount(count: number): number {
  if (count <= SOURCE_TARGETS_MAX) return count;
  const most = SOURCE_TARGETS_MAX.toLocaleString('en-GB');
  throw new SourceFault(
    `NetBox lists ${count.toLocaleString('en-GB')} addresses; a source has at most ${most}.`,
    'Narrow the filter, or split it into several sources.',
  );
}

const loops = (url: URL): SourceFault =>
  new SourceFault(
    `The pages of NetBox do not end: ${url.search} is asked for again, or there are too many.`,
    NOT_NETBOX,
  );

const isTaken = (address: object, { statuses }: SourceDefinition): boolean =>
  statuses.length === 0 || statuses.includes(textOf(valueAt(address, 'status')) ?? '');

function addressEntry(entry: number, address: object, source: SourceDefinition): SourceEntry {
  const tags = Object.entries(source.tagsFrom ?? NETBOX_TAGS_FROM).flatMap(([key, path]) => {
    const text = textOf(valueAt(address, path));
    return text === undefined ? [] : [[key, text]];
  });
  const vrf = valueAt(address, 'vrf.name');
  return entryOf(entry, {
    address: textOf(valueAt(address, 'address')) ?? '',
    vrf: (typeof vrf === 'string' ? identifierOf(vrf) : undefined) ?? source.vrf,
    name: source.nameFrom === null ? undefined : textOf(valueAt(address, source.nameFrom)),
    tags: Object.fromEntries(tags) as Record<string, string>,
    tier: source.tier,
  });
}
