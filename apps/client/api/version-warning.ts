import { CLIENT_VERSION } from '../client-version';

/** Header with the version of the server. */
export const VERSION_HEADER = 'icmp-mon-version';

const MAJOR = /^(\d+)\.\d+\.\d+/;

/** Returns the warning that client and server are of different major versions; null if they are not, or one is unknown. */
export function versionWarning(
  server: string | string[] | undefined,
  url: string,
  own = CLIENT_VERSION,
): string | null {
  const [ours, theirs] = [MAJOR.exec(own)?.[1], MAJOR.exec(String(server ?? ''))?.[1]];
  if (ours === undefined || theirs === undefined || ours === theirs) return null;
  return `This is icmpmon ${own}, the server has version ${String(server)}: commands may fail. Get the matching file: ${url}/icmpmon.mjs`;
}
