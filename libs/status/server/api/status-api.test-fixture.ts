import { type AgentReport, AgentReports } from '@icmp-mon/agents/contract';
import { type AgentAssignments, AssignmentDirectory, type NamedAgent } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { Authenticator, type Principal } from '@icmp-mon/platform/http';
import { TargetDirectory, type TargetReference } from '@icmp-mon/targets/contract';
import { Global, Module } from '@nestjs/common';

export const AGENTS = ['0199d3a0-0000-7000-8000-000000000001', '0199d3a0-0000-7000-8000-000000000002'];
export const AT_MS = Date.parse('2026-11-18T11:00:00Z');
export const VOTES = { selected: 2, needed: 2, up: 1, degraded: 0, down: 1, unknown: 0 };

export const targetOf = (key: number): TargetReference => ({
  id: `0199d3a0-0000-7000-9000-${String(key).padStart(12, '0')}`,
  key,
  ip: `127.0.0.${key}`,
  vrf: 'default',
  name: key === 1 ? 'gw' : null,
  tier: 'standard',
});

class TenTargets extends TargetDirectory {
  override async findTarget(ref: string): Promise<TargetReference> {
    const target = Array.from({ length: 10 }, (_, at) => targetOf(at + 1)).find(
      ({ id, ip }) => id === ref || ip === ref,
    );
    if (target === undefined) throw new DomainError('not_found', `There is no target ${ref}.`);
    return target;
  }

  override async byKeys(keys: readonly number[]): Promise<Map<number, TargetReference>> {
    return new Map(keys.filter((key) => key <= 10).map((key) => [key, targetOf(key)]));
  }
}

/** Key of the second target. */
class RefusedByTwo extends AssignmentDirectory {
  override async byAgent(): Promise<Map<string, AgentAssignments>> {
    return new Map();
  }

  override async refusedBy(targetKey: number): Promise<NamedAgent[]> {
    return targetKey === 2 ? [{ agentId: AGENTS[1], agentName: 'ber-1' }] : [];
  }
}

class OneReport extends AgentReports {
  override async latestReports(): Promise<AgentReport[]> {
    return [{ agentId: AGENTS[0], receivedAtMs: AT_MS, trouble: null }];
  }

  override async unread(): Promise<number | null> {
    return 0;
  }
}

const KEY = { kind: 'api-key', id: 'k', name: 'test', role: 'viewer', scope: null, sessionId: null } as const;

class Everybody extends Authenticator {
  override authenticate = async (): Promise<Principal> => ({ ...KEY, permissions: ['status:read'] });

  override async stillValid(): Promise<boolean> {
    return true;
  }
}

/** Other contexts, as far as the routes of statuses need them. */
@Global()
@Module({
  providers: [
    { provide: TargetDirectory, useClass: TenTargets },
    { provide: AssignmentDirectory, useClass: RefusedByTwo },
    { provide: TargetsInMaintenance, useValue: { byKeys: () => Promise.resolve(new Map()) } },
    { provide: AgentReports, useClass: OneReport },
    { provide: Authenticator, useClass: Everybody },
  ],
  exports: [TargetDirectory, Authenticator, AssignmentDirectory, AgentReports, TargetsInMaintenance],
})
export class Surroundings {}
