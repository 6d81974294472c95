import { defineConfig } from 'eslint/config';
import scaffold from './.config/eslint.config.mjs';

export default defineConfig([
  { ignores: ['**/node_modules/', '**/dist/', '**/coverage/', '.config/'] },
  ...scaffold,
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['react/jsx-runtime', 'react/jsx-dev-runtime'],
              message: 'Grafana 13 shares React 19: classic JSX only.',
            },
            { group: ['**/panels/*'], message: 'Panels meet in src/shared/, they do not know each other.' },
          ],
        },
      ],
      'max-lines': ['error', 300],
      'max-params': ['error', 7],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: { complexity: ['error', 8] },
  },
]);
