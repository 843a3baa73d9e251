"""Parts of the rules of a row (校验规则), all pure: a cell, a column, an item made ready, the person, the periods."""
