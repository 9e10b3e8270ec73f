/**
 * n8n's own scan of a community package, as data: the rules of its scanner (package @n8n/scan-community-package, which
 * needs a published package and a network), with the same exceptions. `eslint.config.mjs` applies them to the sources,
 * `lintPackage` to what is packed.
 */
import communityNodes from '@n8n/eslint-plugin-community-nodes';
import { ESLint } from 'eslint';
import nodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const NODES_OFF = {
  'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
  'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
  'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
};
const CREDENTIALS_OFF = {
  'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
  'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
};

/** `shipped` are the globs of what goes into the package besides nodes and credentials. */
export function n8nScan(shipped) {
  const nodes = ['nodes/**/*.ts'];
  const credentials = ['credentials/**/*.ts'];
  const files = ['package.json', ...nodes, ...credentials, ...shipped];
  return [
    {
      ...communityNodes.configs.recommended,
      files,
      languageOptions: { parser: tseslint.parser },
      // The scanner does not read comments that switch a rule off.
      linterOptions: { noInlineConfig: true },
      rules: { ...communityNodes.configs.recommended.rules, 'no-console': 'error' },
    },
    { files, plugins: { 'n8n-nodes-base': nodesBase } },
    { files: ['package.json'], rules: nodesBase.configs.community.rules },
    { files: credentials, rules: { ...nodesBase.configs.credentials.rules, ...CREDENTIALS_OFF } },
    { files: nodes, rules: { ...nodesBase.configs.nodes.rules, ...NODES_OFF } },
  ];
}

/** Lints an unpacked package like the scan's second half; returns what it found, as text, empty when all is well. */
export async function lintPackage(folder) {
  const eslint = new ESLint({
    cwd: folder,
    allowInlineConfig: false,
    overrideConfigFile: true,
    overrideConfig: n8nScan(['**/*.js', '**/*.json']),
  });
  const results = await eslint.lintFiles(['**/*.js', '**/*.json']);
  if (results.length === 0) return 'the scan found no files';
  const found = results.filter((result) => result.errorCount + result.warningCount > 0);
  if (found.length === 0) return '';
  return (await eslint.loadFormatter('stylish')).format(found);
}
