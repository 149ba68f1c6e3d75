import type { PathDifference } from './path-change';

/** Topic of lasting changes of paths, keyed by target id. */
export const PATH_CHANGES_TOPIC = 'public.path-changes.v1';

export const PATH_CHANGED = 'icmpmon.path.changed.v1';

/** The path from an agent to a target changed. */
export interface PathChanged {
  type: 'PathChanged';
  data: PathDifference & {
    /** Number of the change in the installation, without gaps. */
    changeSeq: number;
    targetId: string;
    ip: string;
    agentId: string;
    /** The trace that showed it, and its start. */
    traceId: string;
    at: string;
  };
}
