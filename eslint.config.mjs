import { builtinModules } from 'node:module';
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { n8nScan } from './scripts/n8n-scan.mjs';

const NODE_GLOBALS = [
  'Buffer',
  'clearInterval',
  'clearTimeout',
  'console',
  'fetch',
  'module',
  'performance',
  'process',
  'require',
  'setInterval',
  'setTimeout',
  'URL',
];
const TYPESCRIPT = ['**/*.ts', '**/*.tsx', '**/*.mts'];

export default defineConfig(
  {
    ignores: [
      '**/dist/**',
      '**/.bench/**',
      '**/.chaos/**',
      '**/node_modules/**',
      '.campaign/**',
      '.demo/**',
      '.tmp/**',
      'coverage/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  // Whatever ships to n8n is held to n8n's own scan, without exceptions.
  ...n8nScan(['core/**/*.ts', 'providers/**/*.ts', 'activities/**/*.ts']),

  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])),
    },
  },
  {
    files: TYPESCRIPT,
    extends: [js.configs.recommended, tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // "Returns a promise" is a promise of the interface; an implementation need not wait for anything.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Methods here are closures in object literals; none of them knows a `this` that could be lost.
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // TypeScript knows the names; ESLint would have to be told of each.
      'no-undef': 'off',
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      // Workflow code is replayed: whatever reads a clock, a disk or a network answers differently the second time.
      'no-restricted-imports': [
        'error',
        {
          paths: builtinModules.map((name) => ({ name })),
          patterns: ['node:*'],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'fetch', 'require', 'performance'],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Answers of a fake server are read as they come.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
