import type { FC } from 'hono/jsx';
import { PROBLEMS, type ProblemCode } from '../problem';
import { curlOf, titled } from './curl';
import type { Operation } from './operations';
import { describe, exampleOf, type Field, fieldsOf, type Shapes, typeOf } from './schema';
import { Words } from './words';

export interface OperationProps {
  readonly operation: Operation;
  readonly base: string;
  readonly shapes: Shapes;
}

/** One route: what it takes, what it answers, and a command that asks it. */
export const OperationSection: FC<OperationProps> = ({ operation, base, shapes }) => {
  const { method, path, id, summary, description, scope } = operation;
  return (
    <section id={id} class="card route" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        <a href={`#${id}`}>{summary ?? ''}</a>
      </h3>
      <p class="line">
        <span class={`method of-${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
        <span class="scope">
          {scope === null ? 'open to everybody' : <Words text={`scope \`${scope}\``} />}
        </span>
      </p>
      {description === undefined ? null : (
        <p>
          <Words text={description} />
        </p>
      )}
      <Parameters operation={operation} shapes={shapes} />
      <Body operation={operation} shapes={shapes} />
      <h4>With curl</h4>
      <pre tabindex={0}>
        <code>{curlOf(operation, base, shapes)}</code>
      </pre>
      <Answers operation={operation} shapes={shapes} />
    </section>
  );
};

type Part = FC<Omit<OperationProps, 'base'>>;

const Parameters: Part = ({ operation: { parameters = [] }, shapes }) => {
  if (parameters.length === 0) return null;
  const fields = parameters.map(({ name, in: place, required, description, schema = {} }) => ({
    path: place === 'header' ? titled(name) : name,
    type: `${place}, ${typeOf(schema, shapes)}`,
    required: required === true,
    description: describe(description === undefined ? schema : { ...schema, description }, shapes),
  }));
  return <Fields title="Parameters" fields={fields} />;
};

const Body: Part = ({ operation: { requestBody }, shapes }) => {
  const types = requestBody?.content ?? {};
  const [type, content] = Object.entries(types)[0] ?? [];
  if (type === undefined) return null;
  const fields = fieldsOf(content?.schema ?? {}, shapes);
  if (fields.length > 0) {
    return <Fields title={`Body (${Object.keys(types).join(', or ')})`} fields={fields} />;
  }
  return (
    <>
      <h4>Body</h4>
      <p>
        <Words
          text={type.includes('json') ? 'An empty object.' : `The list itself, as \`${type}\`.`}
        />
      </p>
    </>
  );
};

const Fields: FC<{ title: string; fields: readonly Field[] }> = ({ title, fields }) => (
  <>
    <h4>{title}</h4>
    <div class="scroll" tabindex={0} role="group" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ path, type, required, description }) => (
            <tr>
              <th scope="row">
                <code>{path}</code>
                {required ? <span class="needed"> needed</span> : null}
              </th>
              <td class="soft">{type}</td>
              <td>
                <Words text={description} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </>
);

const Answers: Part = ({ operation: { responses = {} }, shapes }) => (
  <>
    <h4>Answers</h4>
    <dl class="answers">
      {Object.entries(responses).map(([status, { description, content = {} }]) => (
        <>
          <dt>{status}</dt>
          <dd>
            {isProblem(content) ? <Codes text={description} /> : <Words text={description} />}
            <Example content={content} shapes={shapes} />
          </dd>
        </>
      ))}
    </dl>
  </>
);

type Content = NonNullable<NonNullable<Operation['responses']>[string]['content']>;

const isProblem = (content: Content): boolean => 'application/problem+json' in content;

/** The codes of a refusal, each with its place in the table of all. */
const Codes: FC<{ text: string }> = ({ text }) => {
  const codes = [...text.matchAll(/`(\w+)`/g)].flatMap(([, code = '']) =>
    Object.hasOwn(PROBLEMS, code) ? [code as ProblemCode] : [],
  );
  return (
    <>
      {codes.map((code, at) => (
        <>
          {at === 0 ? '' : ', '}
          <a href={`#${code}`}>
            <code>{code}</code>
          </a>
        </>
      ))}
    </>
  );
};

const Example: FC<{ content: Content; shapes: Shapes }> = ({ content, shapes }) => {
  const json = content['application/json'];
  if (json?.schema === undefined) return null;
  const example = exampleOf(json.schema, shapes, true);
  return (
    <details>
      <summary>What it looks like</summary>
      <pre tabindex={0}>
        <code>{JSON.stringify(example, null, 2)}</code>
      </pre>
      <Fields title="Its fields" fields={fieldsOf(json.schema, shapes)} />
    </details>
  );
};
