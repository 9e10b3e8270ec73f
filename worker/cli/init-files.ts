import type { CredentialField, ProviderDefinition } from '../../providers/provider';
import { SCHEMAS } from './schema';

/** What `campaign init` was told, or asked for. */
export interface Answers {
  readonly definition: ProviderDefinition;
  /** By the names of the platform's fields; never a secret, but for the sandbox's, which opens nothing elsewhere. */
  readonly fields: Readonly<Record<string, string>>;
  readonly inbox: string;
  readonly name: string;
  readonly sandbox: boolean;
}

/** The first files of a campaign by their names: all that it takes but the secrets. */
export function filesOf(answers: Answers): Map<string, string> {
  return new Map([
    ['accounts.yaml', accountsYaml(answers)],
    [`${answers.name}.campaign.yaml`, campaignYaml(answers)],
    ['customers.csv', CUSTOMERS],
    ['accounts.schema.json', `${JSON.stringify(SCHEMAS.accounts(), null, 2)}\n`],
    ['campaign.schema.json', `${JSON.stringify(SCHEMAS.campaign(), null, 2)}\n`],
    // The ledger holds addresses, and the accounts file may come to hold a token.
    ['.gitignore', '.campaign/\naccounts.yaml\n*.csv\n*.xlsx\n'],
  ]);
}

/** What a secret is called in the environment: CHATWOOT_TOKEN, BIRD_ACCESS_KEY. */
export function variableOf({ id }: ProviderDefinition, { name }: CredentialField): string {
  return `${id}_${name.replace(/([a-z])([A-Z])/g, '$1_$2')}`.toUpperCase();
}

/** Secrets that have to be there before anything works. */
export function neededSecrets(definition: ProviderDefinition): readonly CredentialField[] {
  return definition.credentials.filter(({ secret, required }) => secret === true && required);
}

function accountsYaml({ definition, fields, sandbox }: Answers): string {
  const lines = definition.credentials.map((field) => {
    const given = fields[field.name];
    if (given !== undefined) return `  ${field.name}: ${yamlText(given)}`;
    const isNeeded = field.required === true && field.default === undefined;
    if (field.secret === true) {
      const line = `${field.name}: \${${variableOf(definition, field)}}`;
      return isNeeded
        ? `  ${line}   # taken from the environment`
        : `  # ${line}   # ${field.help}`;
    }
    return `  # ${field.name}: ${yamlText(field.default ?? '…')}   # ${field.help}`;
  });
  return `# yaml-language-server: $schema=accounts.schema.json
support-inbox:
  platform: ${definition.id}
${lines.join('\n')}
  # limits: { message: 8/s }   # the platform's own default without it
${sandbox ? '  settleDelay: 5s   # the sandbox is quick; a platform needs its own time\n' : ''}`;
}

/** As YAML has it: in quotes where it could be read as something else than a text. */
const yamlText = (value: string): string =>
  /^[A-Za-z/][\w./:-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);

function campaignYaml({ definition, inbox, name }: Answers): string {
  const message = definition.capabilities.text
    ? `  text: "Hi {{ first_name | default: 'there' }}, your order {{ order }} is ready."`
    : `  template:
    name: order-ready        # as you call it
    params: { orderId: "{{ order }}" }`;
  return `# yaml-language-server: $schema=campaign.schema.json
name: ${name}
account: support-inbox
inbox: ${JSON.stringify(inbox)}
audience:
  file: customers.csv
  country: US                # for numbers without +
consent:
  column: opted_in
  method: list
message:
${message}
stopWhen: { failedPercent: 20 }
# quietHours: { from: "20:00", to: "09:00", zone: recipient }
`;
}

const CUSTOMERS = `Phone,First name,Last name,Email,Order,Opted in
+1 202 555 0110,Ada,Byron,ada@example.org,A-1001,yes
(202) 555-0111,Ben,Okri,ben@example.org,A-1002,yes
202.555.0112,,,,A-1003,2026-03-14
+1 202 555 0110,Ada,Byron,ada@example.org,A-1004,yes
2025550113,Chi,Lam,,A-1005,no
12,Dev,Rao,,A-1006,yes
`;
