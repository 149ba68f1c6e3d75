import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { tagsFault } from '@icmp-mon/platform/text';
import {
  type ChangeSourceRequest,
  DEFAULT_VRF,
  type DefineSourceRequest,
  LEFT_SHARE_PERCENT,
  SOURCE_INTERVAL_S,
  SOURCE_PATH_LENGTH_MAX,
  type SourceDefinition,
  type SourceKind,
} from '@icmp-mon/targets/contract';
import { TARGET_TAGS } from '@icmp-mon/targets/wire';
import { FILE_NAME } from './file-entries';
import { CREDENTIAL_PLACE, hasCredentialPlace, secretParameter } from './secret-parameters';

/** Parameters of NetBox that the reading sets itself, or that change the form of its answers. */
const OWN_PARAMETERS = ['limit', 'offset', 'start', 'ordering', 'brief', 'fields', 'omit', 'format', 'status'];

/** Returns a request without members that are undefined, which a validated body may have. */
const givenOf = <T extends object>(request: T): T =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as T;

/** Returns a definition with the members of a request that changes it. */
export function changedDefinition(before: SourceDefinition, patch: ChangeSourceRequest): SourceDefinition {
  return definitionOf({ ...before, ...givenOf(patch) });
}

/** Returns the definition of a request with the values of absent members. */
export function definitionOf(request: DefineSourceRequest): SourceDefinition {
  const { kind, credential: _, ...given } = givenOf(request);
  return {
    ...{ isEnabled: false, intervalS: SOURCE_INTERVAL_S.unlessSet, vrf: DEFAULT_VRF, query: '', tagsFrom: null },
    ...{ existing: 'leave', left: 'keep', leftSharePercent: LEFT_SHARE_PERCENT.unlessSet },
    statuses: kind === 'netbox' ? ['active'] : [],
    nameFrom: kind === 'netbox' ? 'dns_name' : null,
    ...given,
    kind,
  };
}

const LOCATION_FAULTS: Readonly<Record<SourceKind, (location: string) => string | null>> = {
  netbox: netboxFault,
  http_sd: httpListFault,
  file_sd: patternFault,
};

/**
 * Checks what the class of the request cannot.
 * @param known the location as it is stored, which a change of other members does not check again
 * @throws DomainError `invalid` with every fault
 */
export function requireDefinition(
  definition: SourceDefinition,
  credential: string | null | undefined,
  known?: string,
): void {
  const { kind, location, query, statuses, tagsFrom, nameFrom } = definition;
  const faults: [pointer: string, fault: string | null][] = [
    ['#/location', location === known ? null : LOCATION_FAULTS[kind](location)],
    ['#/query', kind !== 'netbox' && query !== '' ? 'is only for NetBox.' : queryFault(query)],
    ['#/statuses', kind !== 'netbox' && statuses.length > 0 ? 'are only for NetBox.' : null],
    ['#/nameFrom', nameFrom === null ? null : pathFault(nameFrom)],
    ['#/tagsFrom', tagsFrom === null ? null : tagsFromFault(tagsFrom)],
    ['#/credential', credentialFault(kind, credential)],
  ];
  const errors = faults.flatMap(([pointer, detail]): FieldError[] => (detail === null ? [] : [{ pointer, detail }]));
  if (errors.length > 0) throw new DomainError('invalid', 'The inventory source is not valid: see errors.', errors);
}

function urlFault(location: string): string | null {
  const url = URL.canParse(location) ? new URL(location) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return 'must be a URL that begins with https:// or http://.';
  if (url.username !== '' || url.password !== '')
    return 'must not contain a user name or password: give the credential by itself.';
  return url.hash === '' ? null : 'must not contain a "#".';
}

function httpListFault(location: string): string | null {
  const fault = urlFault(location);
  if (fault !== null) return fault;
  const secret = secretParameter(new URL(location).searchParams);
  if (secret !== undefined) return secretFault(secret);
  const { origin, pathname } = new URL(location);
  // Elsewhere in the URL it would not be replaced.
  return location.includes(CREDENTIAL_PLACE) && !hasCredentialPlace(location)
    ? `may have ${CREDENTIAL_PLACE} only as the whole value of a parameter: ${origin}${pathname.replaceAll(/%7B.*?%7D/gi, '')}?token=${CREDENTIAL_PLACE}.`
    : null;
}

const secretFault = (name: string): string =>
  `must not contain the secret ${name}, which all users who may read sources would see: write ${name}=${CREDENTIAL_PLACE}, and give the value as the credential.`;

function netboxFault(location: string): string | null {
  const fault = urlFault(location);
  if (fault !== null) return fault;
  const { pathname, search } = new URL(location);
  if (search !== '') return 'must not contain a "?": give filters in query.';
  return /\/api(\/|$)/.test(pathname) ? 'must be the address of NetBox, without /api and what follows.' : null;
}

function patternFault(pattern: string): string | null {
  const parts = pattern.split('/');
  const last = parts.at(-1) ?? '';
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'must be a path below the folder of ICMPMON_SOURCES_DIR, such as prometheus/edge-*.json, without "..".';
  }
  if (parts.slice(0, -1).some((part) => part.includes('*')) || last.split('*').length > 2) {
    return 'may contain one "*", in its last part.';
  }
  return FILE_NAME.test(last) ? null : 'must end with .json, .yml or .yaml.';
}

function queryFault(query: string): string | null {
  if (query.startsWith('?') || query.includes('#'))
    return 'must be parameters such as tenant=acme&tag=monitored, without "?" and "#".';
  const parameters = new URLSearchParams(query);
  const secret = secretParameter(parameters);
  if (secret !== undefined) return `must not contain the secret ${secret}: give it as the credential.`;
  const own = [...parameters.keys()].find((name) => OWN_PARAMETERS.includes(name));
  if (own === undefined) return null;
  return own === 'status'
    ? 'must not contain status: give it in statuses.'
    : `must not contain ${own}, which is set by the reading.`;
}

function pathFault(path: string): string | null {
  const isPath = path.length <= SOURCE_PATH_LENGTH_MAX && path.split('.').every((member) => /^[\w-]+$/.test(member));
  return isPath ? null : 'must be the name of a field or label, or a path of names such as custom_fields.site.';
}

function tagsFromFault(tagsFrom: Record<string, string>): string | null {
  const fault = tagsFault(tagsFrom, { ...TARGET_TAGS, valueLengthMax: SOURCE_PATH_LENGTH_MAX });
  if (fault !== null) return `${fault}.`;
  const faults = Object.entries(tagsFrom).map(([key, path]) => [key, pathFault(path)] as const);
  const found = faults.find(([, ofPath]) => ofPath !== null);
  return found === undefined ? null : `The value of ${found[0]} ${found[1]}`;
}

function credentialFault(kind: SourceKind, credential: string | null | undefined): string | null {
  if (credential === undefined || credential === null) return null;
  if (kind === 'file_sd') return 'is not for files.';
  return /^[\x21-\x7e]+$/.test(credential)
    ? null
    : 'must be printable ASCII without blanks: the token alone, without "Token" or "Bearer".';
}
