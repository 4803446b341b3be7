//! Where the bucket is meant to be, when it is not where the settings say.

use super::advice::Words;
use super::store::Store;
use crate::storage::settings::CloudStore;

/// R2's jurisdictions, each with its name in the form.
const JURISDICTIONS: [(Option<&str>, &str); 3] =
    [(None, "none"), (Some("eu"), "European Union (eu)"), (Some("fedramp"), "FedRAMP (fedramp)")];

/// A place that could be meant, and what it is called.
pub(super) type Place = (&'static str, CloudStore);

/// The same account in the other jurisdictions. Only R2 has any.
pub(super) fn jurisdictions(store: &CloudStore) -> Vec<Place> {
    if store.account_id.is_none() {
        return Vec::new();
    }
    let others = JURISDICTIONS.into_iter().filter(|(id, _)| *id != store.jurisdiction.as_deref());
    others
        .map(|(id, name)| (name, CloudStore { jurisdiction: id.map(String::from), ..store.clone() }))
        .collect()
}

/// Looks for the bucket there; the first place that has it is the right one.
pub(super) async fn find(places: &[Place]) -> Option<Words> {
    for (name, store) in places {
        if Store::new(store).list("", 1).await.is_ok() {
            let found = format!("The bucket “{}” is found with the jurisdiction “{name}”.", store.bucket);
            return Some(Words::new(found, "Choose that one."));
        }
    }
    None
}

/// Whoever copies the bucket's S3 address copies its name with it. Then it is named twice: what is written arrives in
/// a folder of that name, and nothing else works.
pub(super) fn named_twice(store: &CloudStore) -> Option<Words> {
    let (_, path) = store.endpoint.as_ref()?.split_once("://")?.1.split_once('/')?;
    let twice = path.trim_matches('/') == store.bucket;
    twice.then(|| {
        Words::new(
            format!(
                "The endpoint ends with the bucket's name, “{}”, which is added to it again.",
                store.bucket
            ),
            "Leave it out of the endpoint.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(endpoint: Option<&str>) -> CloudStore {
        CloudStore {
            endpoint: endpoint.map(String::from),
            account_id: endpoint.is_none().then(|| "0a".into()),
            jurisdiction: Some("eu".into()),
            bucket: "sunday".into(),
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            public_url: None,
            prefix: String::new(),
        }
    }

    #[test]
    fn an_account_has_the_other_jurisdictions_and_another_storage_has_none() {
        let others = |store| {
            jurisdictions(&store).into_iter().map(|(_, store)| store.jurisdiction).collect::<Vec<_>>()
        };
        assert_eq!(others(store(None)), [None, Some("fedramp".into())]);
        assert_eq!(others(store(Some("https://s3.example.org"))), []);
    }

    #[test]
    fn only_the_buckets_own_name_is_one_too_many() {
        assert!(named_twice(&store(Some("https://s3.example.org/sunday/"))).is_some());
        for fine in
            ["https://s3.example.org", "https://s3.example.org/", "https://example.org/s3", "https://sunday"]
        {
            assert_eq!(named_twice(&store(Some(fine))), None, "{fine}");
        }
        assert_eq!(named_twice(&store(None)), None);
    }
}
