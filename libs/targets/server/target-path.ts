/** Where the API has targets. */
export const TARGETS_PATH = '/api/v1/targets';

export const targetPath = (id: string): string => `${TARGETS_PATH}/${id}`;
