// One of a few: a group of radio buttons with a name.

import { useId } from 'react';

interface Props {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}

export function Options({ label, value, options, onChange }: Props) {
  const name = useId();
  return (
    <fieldset className="setting">
      <legend>{label}</legend>
      <div className="choice">
        {options.map(([option, text]) => (
          <label key={option}>
            <input
              type="radio"
              name={name}
              value={option}
              checked={option === value}
              onChange={() => onChange(option)}
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
