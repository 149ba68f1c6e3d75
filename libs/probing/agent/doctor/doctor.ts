import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { AgentLog } from '../agent-log';
import { IdentityStore } from '../enrol/identity-store';
import type { CaPin } from '../enrol/pinned-ca';
import { AssignmentState } from '../sync/assignment-state';
import { checkPolicyFile, checkSpool, checkStateDir } from './file-checks';
import { type CheckResult, type Finding, found, messageOf, skipped, fault } from './finding';
import { checkAcceptance, checkAuthority, checkCertificate, checkConnection, notEnrolled } from './gateway-checks';
import { checkFping, checkHearing, checkMtr, checkPermissions } from './probe-checks';
import { checkSources } from './source-checks';
import { checkRunning, checkUnit } from './service-checks';

export interface DoctorOptions extends CaPin {
  enrolUrl: string;
  stateDir: string;
  policyFile: string | undefined;
  fpingPath: string | undefined;
  spoolBytesMax: number;
  opsPort: number;
}

const SILENT: AgentLog = { debug: noLog, info: noLog, warn: noLog, error: noLog };

/**
 * Checks everything that the agent needs, with the permissions of this process, and leaves nothing changed. Rejects only if
 * no temporary folder can be created.
 */
export async function examineAgent(options: DoctorOptions): Promise<Finding[]> {
  return [
    ...(await examineProbing(options)),
    ...(await examineFiles(options)),
    ...(await examineGateway(options)),
    await found('service', checkUnit, 'systemctl status icmp-mon-agent'),
    await found('running agent', () => checkRunning(options.opsPort), 'icmpmon-agent run'),
  ];
}

async function examineProbing({ fpingPath }: DoctorOptions): Promise<Finding[]> {
  const captureDir = mkdtempSync(path.join(os.tmpdir(), 'icmpmon-doctor-'));
  const install = 'apt-get install -y fping';
  try {
    const fping = await found('fping', () => checkFping(fpingPath), install);
    const hears = (family: 'ipv4' | 'ipv6') => (): CheckResult | Promise<CheckResult> =>
      fping.state === 'ok' ? checkHearing(family, fpingPath, captureDir) : skipped('There is no usable fping.');
    return [
      fping,
      await found('ping over IPv4', hears('ipv4'), install),
      await found('ping over IPv6', hears('ipv6'), install),
      await found('mtr', checkMtr, 'apt-get install -y mtr-tiny'),
      await found('permissions', checkPermissions, 'Run this on Linux with /proc mounted.'),
    ];
  } finally {
    rmSync(captureDir, { recursive: true, force: true });
  }
}

async function examineFiles({ policyFile, stateDir, spoolBytesMax }: DoctorOptions): Promise<Finding[]> {
  const see = `ls -ld ${stateDir}`;
  return [
    await found('policy file', () => checkPolicyFile(policyFile), 'icmpmon-agent policy check'),
    await found('state folder', () => checkStateDir(stateDir), see),
    await found('source addresses', () => checkSources(AssignmentState.loadState(stateDir, SILENT).tiers), see),
    await found('spool', () => checkSpool(stateDir, spoolBytesMax), see),
  ];
}

async function examineGateway(options: DoctorOptions): Promise<Finding[]> {
  const { enrolUrl, stateDir } = options;
  const reach = 'Check ICMPMON_AGENT_ENROL_URL.';
  const identity = identityIn(stateDir);
  const enrolment = await found('enrolment listener', () => checkConnection(enrolUrl), reach);
  const findings = [enrolment, ...(await examineAuthority(options, enrolment, identity.of?.caPem))];
  if (identity.of === undefined) {
    const result =
      identity.failure === undefined
        ? notEnrolled()
        : fault(identity.failure, 'Run this as root, or as the user of the agent.');
    return [...findings, { check: 'certificate', ...result }];
  }
  const { of } = identity;
  const listener = await found("agents' listener", () => checkConnection(of.gatewayUrl), reach);
  const accepted = (): CheckResult | Promise<CheckResult> => {
    if (listener.state !== 'ok') return skipped('The listener does not accept connections.');
    return checkAcceptance(of, AssignmentState.loadState(stateDir, SILENT).version);
  };
  return [
    ...findings,
    await found('certificate', () => checkCertificate(of), reach),
    listener,
    await found('admission', accepted, reach),
  ];
}

async function examineAuthority(
  options: DoctorOptions,
  listener: Finding,
  caPem: string | undefined,
): Promise<Finding[]> {
  if (listener.state !== 'ok')
    return [{ check: 'TLS and CA', ...skipped('The enrolment listener does not accept connections.') }];
  try {
    const [authority, clock] = await checkAuthority(options.enrolUrl, options, caPem);
    return [
      ...(authority === undefined ? [] : [{ check: 'TLS and CA', ...authority }]),
      ...(clock === undefined ? [] : [{ check: 'clock', ...clock }]),
    ];
  } catch (error) {
    const fix = `timedatectl status; if the clock is right, create a command in the portal, under Agents, and paste it here`;
    return [{ check: 'TLS and CA', ...fault(messageOf(error), fix) }];
  }
}

function identityIn(stateDir: string): { of?: ReturnType<IdentityStore['loadIdentity']>; failure?: string } {
  try {
    return { of: new IdentityStore(stateDir).loadIdentity() };
  } catch (error) {
    return { failure: `The agent's identity cannot be read: ${messageOf(error)}` };
  }
}

function noLog(): void {
  return undefined;
}
