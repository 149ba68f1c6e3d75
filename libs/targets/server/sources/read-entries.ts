import { type SourceDefinition, type SourceKind } from '@icmp-mon/targets/contract';
import type { AddressPolicy } from './address-policy';
import { readFileEntries } from './file-entries';
import { groupEntries } from './group-entries';
import { readNetboxEntries } from './netbox-entries';
import { hasCredentialPlace, withCredential, withoutCredential } from './secret-parameters';
import type { SourceEntry } from './source-entry';
import { SourceFault } from './source-fault';
import { SourceHttp } from './source-http';

const LIST_BYTES_MAX = 64 * 1024 * 1024;

/** The worker's settings for sources. */
export abstract class SourceReading {
  abstract readonly policy: AddressPolicy;
  /** Folder of the files of `file_sd`; such sources cannot be read without it. */
  abstract readonly folder: string | undefined;
}

export interface ReadRequest extends SourceReading {
  source: SourceDefinition;
  credential: string | null;
  signal: AbortSignal;
}

type Reader = (http: SourceHttp, request: ReadRequest) => AsyncGenerator<SourceEntry[]>;

const READERS: Readonly<Record<SourceKind, Reader>> = {
  netbox: (http, { source }) => readNetboxEntries(http, source),
  http_sd: readHttpEntries,
  file_sd: (_http, { folder, source }) => readFileEntries(folder, source),
};

/**
 * Reads the whole list of a source, in pieces.
 * @throws SourceFault for every fault of the list as a whole; ListChanged if it must be read again from the beginning
 */
export async function* readEntries(request: ReadRequest): AsyncGenerator<SourceEntry[]> {
  const { source, credential, policy, signal } = request;
  const hide = (text: string): string => withoutCredential(text, credential);
  const http = new SourceHttp({ policy, signal, headers: headersOf(source, credential), hide });
  try {
    yield* READERS[source.kind](http, request);
  } catch (error) {
    throw error instanceof SourceFault ? error.withTexts(hide) : error;
  } finally {
    http.close();
  }
}

async function* readHttpEntries(http: SourceHttp, { source, credential }: ReadRequest): AsyncGenerator<SourceEntry[]> {
  const body = await http.readJson(urlOf(source, credential), LIST_BYTES_MAX);
  yield* groupEntries(body, source, 'The list');
}

function urlOf({ location }: SourceDefinition, credential: string | null): URL {
  if (!hasCredentialPlace(location)) return new URL(location);
  if (credential !== null) return withCredential(location, credential);
  throw new SourceFault(
    'The location needs the credential, and none is stored.',
    'Enter the credential of the source.',
  );
}

/** Tokens of NetBox 4.5 and later begin with `nbt_` and are bearer tokens; older ones have a scheme of their own. */
function headersOf({ kind, location, intervalS }: SourceDefinition, credential: string | null): Record<string, string> {
  const scheme = kind === 'netbox' && credential?.startsWith('nbt_') !== true ? 'Token' : 'Bearer';
  return {
    'User-Agent': 'ICMP-Mon',
    ...(credential !== null && !hasCredentialPlace(location) && { Authorization: `${scheme} ${credential}` }),
    ...(kind === 'http_sd' && { 'X-Prometheus-Refresh-Interval-Seconds': String(intervalS) }),
  };
}
