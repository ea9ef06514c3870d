// A small clock face; fonts of a bare wall PC have no such sign.

export function ClockIcon() {
  return (
    <svg className="clock-icon" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" strokeWidth="1.3" />
      <path d="M6 3V6.3L8 7.6" fill="none" stroke="currentColor" strokeWidth="1.3" />
    </svg>
  );
}
