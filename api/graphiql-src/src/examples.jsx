// The side panel with the server's examples: each opens in a tab of its own.

import { useEditorContext } from '@graphiql/react';
import { flushSync } from 'react-dom';

export function examplesPlugin(examples) {
  return { title: 'Examples', icon: ExamplesIcon, content: () => <Examples examples={examples} /> };
}

function Examples({ examples }) {
  const { addTab, queryEditor, variableEditor, responseEditor } = useEditorContext({ nonNull: true });

  const open = ({ query, variables }) => {
    flushSync(addTab);
    queryEditor.setValue(query);
    variableEditor.setValue(variables ?? '');
    responseEditor.setValue('');
    queryEditor.focus();
  };

  return (
    <section aria-label="Examples">
      <h2 className="hourglass-panel-title">Examples</h2>
      <ul className="hourglass-examples">
        {examples.map(example => (
          <li key={example.name}>
            <button type="button" onClick={() => open(example)}>
              <b>{example.name}</b>
              <span>{example.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExamplesIcon(props) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" {...props}>
      <path d="M6 3.5h12v17l-6-4.5-6 4.5z" />
    </svg>
  );
}
