import type { TagRules } from '@icmp-mon/platform/text';

export const TARGET_TAGS: TagRules = {
  key: /^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?$/,
  keyWords: 'letters, digits, "_", "." and "-" (at most 63), beginning and ending with a letter or digit',
  tagsMax: 32,
  valueLengthMin: 1,
  valueLengthMax: 200,
};
