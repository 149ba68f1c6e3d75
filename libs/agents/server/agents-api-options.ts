export const AGENTS_API_OPTIONS = Symbol('agents api options');

export interface AgentsApiOptions {
  /** Directory of the CA that the gateway creates. */
  caDir: string;
  /** Enrolment URL as agents reach it. */
  enrolUrl: string;
}
