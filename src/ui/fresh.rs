//! Letters that were never drawn before: making the picture of one takes far longer than using it, and a page of
//! Japanese has hundreds. So a frame makes only some, and a text is shown when it has all of its own.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{Color32, Context, FontId, Ui};

use super::theme::{self, size};

/// New letters of one frame. An ASCII letter has a picture for each of some places between pixels, and counts twice.
const STEP: usize = 100;
/// The window forgets pictures too; so many are known at most.
const MOST: usize = 20_000;

/// Letters of which pictures are made at once, beside the frames: those wait as long for it.
const CHUNK: usize = 6;
/// Common in Japanese mail.
const JAPANESE: &str = "のにはをたがでてとしれさいるかなもすまこらりくあっきうつけおそよえわどせだやみちろめごめんじび\
    アイウエオカキクケコサシスセソタチツテトナニネノハヒフヘホマミムメモヤユヨラリルレロワンーッャュョガギグゲゴザジズゼゾ\
    ダデドバビブベボパピプペポ、。「」・（）：／～様日本年月時分人会社名前信確認添付連絡願致件内容以上下中大小新行見出入\
    書送受取返書留鍵電子番号東京都区市町株式担当部課長先生方私事物所場合第一二三四五六七八九十百千万円料金額注文品商請\
    求支払予定開始終了変更追加対応問題解決必要可能利用者登録情報通知設定動作成立文字化手紙郵便局";

/// The pictures of common letters are there.
static IS_WARM: AtomicBool = AtomicBool::new(false);

/// Makes the pictures of common letters beside the window's own thread, before they are needed. Only after the first
/// frame has begun: before, there are no fonts.
pub fn warm(ctx: &Context) {
    let ctx = ctx.clone();
    let work = move || {
        let ascii: String = ('!'..='~').collect();
        let sizes = [size::BODY, size::CAPTION, size::READING, size::TITLE];
        let plain = sizes.map(theme::plain).into_iter();
        let fonts = plain.chain([size::BODY, size::CAPTION, size::TITLE].map(theme::strong));
        // A letter has a picture for each of some places between pixels; in a row it comes to most of them.
        fonts.for_each(|font| make(&ctx, &font, &ascii, 4));
        make(&ctx, &theme::plain(size::READING), JAPANESE, 1);
        IS_WARM.store(true, Ordering::Relaxed);
    };
    // Without it the first letters take longer.
    let _ = std::thread::Builder::new().name("letters".to_owned()).spawn(work);
}

fn make(ctx: &Context, font: &FontId, letters: &str, times: usize) {
    let letters: Vec<char> = letters.chars().filter(|c| !c.is_whitespace()).collect();
    for chunk in letters.chunks(CHUNK * 4 / times) {
        let row = chunk.iter().flat_map(|c| std::iter::repeat_n(*c, times)).collect();
        ctx.fonts_mut(|fonts| fonts.layout_no_wrap(row, font.clone(), Color32::BLACK));
    }
}

/// Which letters were drawn.
#[derive(Default)]
pub struct Fresh {
    /// Each with its size, in hundredths of a point.
    known: HashSet<(char, u32)>,
    left: usize,
}

impl Fresh {
    /// Begins a frame.
    pub fn begin(&mut self) {
        self.left = STEP;
        if self.known.len() > MOST {
            self.known.clear();
        }
    }

    /// Whether a text may be laid out in this frame. If not, some of its letters are made for the next one.
    #[allow(clippy::float_cmp)]
    pub fn admits(&mut self, ui: &Ui, text: &str, font: &FontId) -> bool {
        let hundredths = (font.size * 100.0) as u32;
        let is_warm = font.size == size::READING && IS_WARM.load(Ordering::Relaxed);
        let mut new = String::new();
        for c in text.chars() {
            let weight = if c.is_ascii() { 2 } else { 1 };
            if c.is_control() || is_warm && c.is_ascii() || self.known.contains(&(c, hundredths)) {
                continue;
            }
            if self.left < weight {
                // What is left is for the next frame, and so is the text.
                if !new.is_empty() {
                    ui.fonts_mut(|fonts| fonts.layout_no_wrap(new, font.clone(), Color32::BLACK));
                }
                ui.ctx().request_repaint();
                return false;
            }
            self.left -= weight;
            self.known.insert((c, hundredths));
            new.push(c);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Context, RawInput};

    #[test]
    fn a_page_of_new_letters_is_made_in_some_frames_and_then_known() {
        let (ctx, mut fresh) = (Context::default(), Fresh::default());
        let text: String = ('\u{4e00}'..).take(3 * STEP).collect();
        let mut frame = |text: &str| {
            let mut admitted = false;
            let mut output = ctx.run_ui(RawInput::default(), |ui| {
                fresh.begin();
                admitted = fresh.admits(ui, text, &FontId::proportional(16.0));
            });
            output.textures_delta.clear();
            admitted
        };
        assert_eq!([(); 3].map(|()| frame(&text)), [false, false, true]);
        assert!(frame(&text), "they are known");
        assert!(frame("a few others") && frame("書留"));
    }
}
