import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Refusal } from '../api/refusal';
import type { Environment } from '../session';

/** One installation, as `icmpmon login` stored it. */
export interface Profile {
  url: string;
  apiKey: string;
  /** File of CA certificates. */
  ca?: string;
}

export interface ProfilesFile {
  version: 1;
  /** Name of the profile of the last login. */
  current: string | null;
  profiles: Record<string, Profile>;
}

const EMPTY: ProfilesFile = { version: 1, current: null, profiles: {} };
const OTHERS = 0o077;

/** Returns the path of the file of profiles, which contains API keys. */
export function profilesPath(environment: Environment): string {
  const base = environment['XDG_CONFIG_HOME'];
  const home = environment['HOME'] ?? homedir();
  return path.join(base === undefined || base === '' ? path.join(home, '.config') : base, 'icmpmon', 'config.json');
}

/**
 * Reads the file of profiles; it is empty if there is none.
 * @throws Refusal when others can read it, or it is not valid
 */
export function readProfiles(environment: Environment): ProfilesFile {
  const file = profilesPath(environment);
  if (!existsSync(file)) return structuredClone(EMPTY);
  if (process.platform !== 'win32' && (statSync(file).mode & OTHERS) !== 0)
    throw new Refusal(`${file} contains API keys and can be read by other users. Correct it: chmod 600 ${file}`);
  const found = parsed(readFileSync(file, 'utf8'));
  if (isProfilesFile(found)) return found;
  throw new Refusal(`${file} is not valid. Correct it, or remove it and log in again: icmpmon login --url <url>`);
}

/**
 * Returns the named profile; without a name the current one, undefined if there is none.
 * @throws Refusal when the name is unknown
 */
export function readProfile(name: string | undefined, environment: Environment): Profile | undefined {
  const { current, profiles } = readProfiles(environment);
  if (name === undefined) return current === null ? undefined : profiles[current];
  if (Object.hasOwn(profiles, name)) return profiles[name];
  const known = Object.keys(profiles);
  const help = known.length === 0 ? 'There are none' : `Profiles: ${known.join(', ')}`;
  throw new Refusal(`There is no profile "${name}". ${help}. Create it: icmpmon login --url <url> --profile ${name}`);
}

/** Replaces the file of profiles; only its owner can read it. */
export function writeProfiles(content: ProfilesFile, environment: Environment): void {
  const file = profilesPath(environment);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, file);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isProfilesFile(found: unknown): found is ProfilesFile {
  if (typeof found !== 'object' || found === null) return false;
  const { version, current, profiles } = found as Partial<ProfilesFile>;
  if (version !== 1 || typeof profiles !== 'object' || profiles === null) return false;
  const isCurrent = current === null || (typeof current === 'string' && Object.hasOwn(profiles, current));
  return (
    isCurrent &&
    Object.values(profiles).every((each) => typeof each?.url === 'string' && typeof each.apiKey === 'string')
  );
}
