//! Parts of the built-in packs that most programs never look into: they stay as bytes until somebody does, so that a program that
//! starts does not read them.
//!
//! They stand in a store of their own: between what every start reads they would be read with it, page by page.

use std::cell::RefCell;
use std::ops::Deref;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the values of the built-in packs are read from.
static STORE: OnceLock<&'static [u8]> = OnceLock::new();

thread_local! {
    /// The store while it is written.
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Says what values are read from; the first who does counts.
pub(crate) fn use_store(bytes: &'static [u8]) {
    STORE.get_or_init(|| bytes);
}

/// What [`use_store`] takes: all values that this thread has serialized.
#[allow(dead_code, reason = "used by the build script, which includes this file; the crate only reads")]
pub(crate) fn into_store() -> Vec<u8> {
    WRITTEN.take()
}

/// A value that is read on first need.
#[derive(Debug)]
pub(crate) struct Later<T> {
    /// Where the value stands in the store, as postcard writes it, and how many bytes it has; nothing where it was made here.
    place: (usize, usize),
    value: OnceLock<T>,
}

impl<T: Deserialize<'static> + Default> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // The build script wrote the store: there is nothing to report, and checking must not fail.
        let read = || {
            let (start, length) = self.place;
            let bytes = STORE.get()?.get(start..start + length)?;
            postcard::from_bytes(bytes).ok()
        };
        self.value.get_or_init(|| read().unwrap_or_default())
    }
}

impl<T> From<T> for Later<T> {
    fn from(value: T) -> Self {
        Self { place: (0, 0), value: value.into() }
    }
}

impl<T: Clone> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self { place: self.place, value: self.value.clone() }
    }
}

impl<T: Serialize + Deserialize<'static> + Default> Serialize for Later<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = postcard::to_stdvec(&**self).map_err(serde::ser::Error::custom)?;
        let place = WRITTEN.with_borrow_mut(|store| {
            let start = store.len();
            store.extend(&bytes);
            (start, bytes.len())
        });
        place.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { place: <(usize, usize)>::deserialize(deserializer)?, value: OnceLock::new() })
    }
}
