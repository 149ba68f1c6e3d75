import type { TagRules } from '@icmp-mon/platform/text';
import { TAG_KEY } from '@icmp-mon/targets/contract';

export const TARGET_TAGS: TagRules = {
  key: TAG_KEY,
  keyWords: 'letters, digits, "_", "." and "-" (at most 63), beginning and ending with a letter or digit',
  tagsMax: 32,
  valueLengthMin: 1,
  valueLengthMax: 200,
};
