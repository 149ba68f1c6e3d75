import type { TraceFailure } from '@icmp-mon/paths/contract';

export interface MtrFailure {
  reason: TraceFailure;
  detail: string;
}

const DETAIL_LENGTH_MAX = 300;
/**
 * The system refused a packet or its route: a rule of a firewall, or a route of type prohibit. Without its capability, mtr-packet does not
 * start, so mtr never gets this far.
 */
const PROHIBITED =
  /^(?:\S+: )?(?:udp socket connect failed: )?(?:Permission denied|Operation not permitted)$|permission denied while sending a probe/m;
const NO_PERMISSION = /Failure to open IPv|ermission denied|not permitted/;
const NO_PACKET = /Failure to start mtr-packet/;
const NO_ROUTE = /connect failed: (?:Network is unreachable|No route to host|Invalid argument)/;
const NO_ADDRESS = /connect failed: Cannot assign requested address|Address family not supported/;

export const mtrMissing: MtrFailure = {
  reason: 'missing',
  detail: 'mtr is not installed. Install the package mtr-tiny (mtr on Fedora and Alpine Linux).',
};

export function mtrUnsupported(path: string, why: string): MtrFailure {
  const advice = 'Install mtr 0.94 or later: older versions do not print which router answered.';
  return { reason: 'unsupported_version', detail: oneLine(`${path} cannot be used: ${why}. ${advice}`) };
}

/** Returns why mtr could not be started. */
export function startFailure(path: string, error: Error): MtrFailure {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return mtrMissing;
  if (code === 'EACCES' || code === 'EPERM') return notPermitted(path, error.message);
  return { reason: 'failed', detail: oneLine(`mtr cannot be started: ${error.message}`) };
}

/** Returns why mtr ended without having traced, from what it printed to its standard error. */
export function exitFailure(path: string, target: string, stderr: string, how: string): MtrFailure {
  if (PROHIBITED.test(stderr)) {
    return {
      reason: 'not_permitted',
      detail: `This machine refuses to send packets to ${target}: its firewall or a route prohibits them. Check both: nft list ruleset; ip route get ${target}`,
    };
  }
  if (NO_PERMISSION.test(stderr)) return notPermitted(path, stderr);
  if (NO_PACKET.test(stderr)) {
    return { reason: 'missing', detail: `${path} does not find mtr-packet, which belongs to it. Install mtr again.` };
  }
  if (NO_ADDRESS.test(stderr) && target.includes(':')) {
    return {
      reason: 'family_unavailable',
      detail: `This machine has no IPv6 address to trace ${target} from. Enable IPv6, or trace from another agent.`,
    };
  }
  if (NO_ROUTE.test(stderr) || NO_ADDRESS.test(stderr)) {
    return {
      reason: 'unreachable',
      detail: `This machine has no route to ${target}. Check it: ip route get ${target}`,
    };
  }
  return { reason: 'failed', detail: oneLine(`mtr failed: ${how}${stderr === '' ? '' : `; ${stderr}`}`) };
}

function notPermitted(path: string, why: string): MtrFailure {
  const detail = `${path}-packet may not open a raw socket (${why.trim()})`;
  return {
    reason: 'not_permitted',
    detail: `${oneLine(detail)}. Give it the capability: setcap cap_net_raw+ep ${path}-packet`,
  };
}

/** A program's output as one line of limited length that a report may contain. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, DETAIL_LENGTH_MAX).replace(/\p{C}/gu, '?');
}
