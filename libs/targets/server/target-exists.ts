import { DomainError } from '@icmp-mon/platform/errors';

/** The address is a target of its VRF already; the problem document carries its id. */
export class TargetExists extends DomainError {
  readonly members: { targetId: string };

  constructor(ip: string, vrf: string, targetId: string) {
    super('conflict', `${ip} is a target in the VRF ${vrf} already: ${targetId}.`, [
      { pointer: '#/ip', detail: `is target ${targetId} already` },
    ]);
    this.members = { targetId };
  }
}
