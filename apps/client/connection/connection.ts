import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { Refusal } from '../api/refusal';
import { CLIENT_VERSION } from '../client-version';
import type { Environment } from '../session';
import { type Profile, readProfile } from './profiles';

/** Where the API is, and how to reach it. */
export interface Connection {
  /** With a final slash. */
  url: URL;
  apiKey: string | undefined;
  /** Accepted CA certificates (PEM); undefined: those of Node. */
  ca: readonly string[] | undefined;
  userAgent: string;
}

const HOW_TO_CONNECT =
  'Name the installation: icmpmon login --url https://mon.example.org, or set ICMPMON_URL and ICMPMON_API_KEY.';
const KEY = /^[\x21-\x7e]{1,512}$/;

/** Options of the connection that the command line has. */
export interface GivenConnection {
  url?: string | undefined;
  keyFile?: string | undefined;
  ca?: string | undefined;
  /** Null: no profile is used. */
  profile?: string | null | undefined;
}

/**
 * Returns the connection for a command: from options, then the environment, then the profile.
 * @throws Refusal when it is incomplete or wrong, with what to do
 */
export function connectionOf(given: GivenConnection, environment: Environment): Connection {
  const profile = isComplete(given, environment) ? undefined : profileOf(given, environment);
  const written = given.url ?? environment['ICMPMON_URL'] ?? profile?.url;
  if (written === undefined) throw new Refusal(`No installation is named. ${HOW_TO_CONNECT}`);
  const url = readUrl(written);
  const caFile = given.ca ?? environment['ICMPMON_CA'] ?? profile?.ca;
  return {
    url,
    apiKey: keyOf(given, environment, url, profile),
    ca: caFile === undefined ? systemCertificates() : [...tls.rootCertificates, readCertificates(caFile)],
    userAgent: `icmpmon/${CLIENT_VERSION}`,
  };
}

/** Returns whether address and key are known without a profile, so that a file of profiles that is not valid does not matter. */
function isComplete(given: GivenConnection, environment: Environment): boolean {
  const hasUrl = (given.url ?? environment['ICMPMON_URL']) !== undefined;
  return (
    hasUrl &&
    (given.keyFile !== undefined || (environment['ICMPMON_API_KEY'] ?? '') !== '') &&
    given.profile === undefined
  );
}

function profileOf(given: GivenConnection, environment: Environment): Profile | undefined {
  const name = given.profile === undefined ? environment['ICMPMON_PROFILE'] : given.profile;
  return name === null ? undefined : readProfile(name, environment);
}

/**
 * Parses the address of an installation, and removes the path of the API.
 * @throws Refusal when it is not such an address
 */
export function readUrl(text: string): URL {
  const written = text.trim();
  if (!/^https?:\/\//i.test(written) || !URL.canParse(written))
    throw new Refusal(`"${text}" is not an address with https:// or http://, such as https://mon.example.org.`);
  const url = new URL(written);
  if (url.username !== '' || url.password !== '')
    throw new Refusal('The address must not contain a user or password: requests are authorized by an API key.');
  url.search = '';
  url.hash = '';
  url.pathname = `${url.pathname.replace(/\/(api(\/v1)?)?\/*$/, '')}/`;
  return url;
}

/** The key of a profile is sent only to the server of that profile. */
function keyOf(
  { keyFile }: GivenConnection,
  environment: Environment,
  url: URL,
  profile: Profile | undefined,
): string | undefined {
  if (keyFile !== undefined) return checkedKey(readText(keyFile, 'key file').trim(), keyFile);
  const given = environment['ICMPMON_API_KEY'];
  if (given !== undefined && given !== '') return checkedKey(given.trim(), 'ICMPMON_API_KEY');
  return profile !== undefined && readUrl(profile.url).href === url.href ? profile.apiKey : undefined;
}

/**
 * @param place where the key was read
 * @throws Refusal when it cannot be an API key
 */
export function checkedKey(key: string, place: string): string {
  if (KEY.test(key)) return key;
  throw new Refusal(
    `${place} contains no API key: ${key === '' ? 'it is empty' : 'a key is one word, such as imk_…'}.`,
  );
}

function readCertificates(file: string): string {
  const text = readText(file, 'file of CA certificates');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new Refusal(`${file} contains no certificate in PEM form (-----BEGIN CERTIFICATE-----).`);
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal(`The ${what} cannot be read: ${(error as Error).message}.`);
  }
}

/** Returns the CA certificates of Node and of this machine; undefined where Node cannot read the latter. */
function systemCertificates(): string[] | undefined {
  const read: ((type: 'default' | 'system') => string[]) | undefined =
    'getCACertificates' in tls ? tls.getCACertificates : undefined;
  return read && [...read('default'), ...read('system')];
}
