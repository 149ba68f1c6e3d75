/** Path of the targets in the API. */
export const TARGETS_PATH = '/api/v1/targets';

export const targetPath = (id: string): string => `${TARGETS_PATH}/${id}`;
