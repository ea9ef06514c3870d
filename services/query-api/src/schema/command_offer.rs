//! Commands on offer: what may be given, with its words and fields, so that forms need no code.

use async_graphql::{Context, Object};
use event_schemas::workflow_file::{ChoiceFile, CommandFile, FieldFile};

use super::enums::FieldKind;
use super::words::{BothTexts, Language, say};

/// A command on offer.
pub(crate) struct CommandOffer {
    pub(crate) command: CommandFile,
}

/// A command that you may give now.
#[Object]
impl CommandOffer {
    /// Its name.
    async fn name(&self) -> &str {
        &self.command.name
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.command.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.command.title)
    }

    /// The command that it takes back, for one that takes something back.
    async fn undoes(&self) -> Option<&str> {
        let undoes = self.command.undoes.as_ref();
        undoes.map(|undoes| undoes.command.as_str())
    }

    /// What it needs.
    async fn fields(&self) -> Vec<CommandField> {
        let fields = self.command.fields.iter();
        fields
            .map(|field| CommandField {
                field: field.clone(),
            })
            .collect()
    }
}

/// A field of a command.
pub(crate) struct CommandField {
    field: FieldFile,
}

/// What a command needs.
#[Object]
impl CommandField {
    /// Its name in the input's `fields` (for `advanceCase`).
    async fn name(&self) -> &str {
        &self.field.name
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.field.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.field.title)
    }

    /// What it holds.
    async fn kind(&self) -> FieldKind {
        self.field.kind.into()
    }

    /// The command is refused without it.
    async fn required(&self) -> bool {
        self.field.required
    }

    /// What may be chosen, for the kind `CHOICE`; the command takes the name.
    async fn choices(&self) -> Vec<Choice> {
        let choices = self.field.choices.iter();
        choices
            .map(|choice| Choice {
                choice: choice.clone(),
            })
            .collect()
    }
}

/// One of the values of a field.
pub(crate) struct Choice {
    choice: ChoiceFile,
}

/// What may be chosen in a field.
#[Object(name = "CommandChoice")]
impl Choice {
    /// What the command takes.
    async fn name(&self) -> &str {
        &self.choice.name
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.choice.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.choice.title)
    }
}
