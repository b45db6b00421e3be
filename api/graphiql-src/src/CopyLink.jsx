// The toolbar's button that copies an address which opens this very operation.

import { ToolbarButton, useEditorContext } from '@graphiql/react';
import copy from 'copy-to-clipboard';

export function CopyLink({ endpoint }) {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });

  const copyLink = () => {
    const link = new URL(endpoint);
    link.searchParams.set('query', queryEditor.getValue());
    const variables = variableEditor.getValue();
    if (variables) link.searchParams.set('variables', variables);
    copy(link.href);
  };

  return (
    <ToolbarButton label="Copy a link to this operation" onClick={copyLink}>
      <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
        <path
          strokeWidth="1.8"
          strokeLinecap="round"
          d="M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7L12 17.7"
        />
      </svg>
    </ToolbarButton>
  );
}
