/** Path of the targets in the API. */
export const TARGETS_PATH = '/api/v1/targets';

/** Parameter of the API for a target. */
export const TARGET_REFERENCE = {
  name: 'id',
  description: 'Id of the target, or its address.',
  schema: { type: 'string' },
} as const;

export const targetPath = (id: string): string => `${TARGETS_PATH}/${id}`;
