export const AGENTS_API_OPTIONS = Symbol('agents api options');

export interface AgentsApiOptions {
  /** Folder of the CA that the gateway makes. */
  caDir: string;
  /** Where agents enrol, as they reach it. */
  enrolUrl: string;
}
