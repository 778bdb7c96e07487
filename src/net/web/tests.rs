use super::lab::Lab;
use url::Url;

use super::*;

async fn outcome(lab: &Lab, path: &str) -> Result<usize, WebError> {
    fetch(lab, &format!("https://localhost:{}{path}", lab.port), Reach::Anywhere).await
}

async fn fetch(lab: &Lab, url: &str, reach: Reach) -> Result<usize, WebError> {
    let web = Web::new(std::slice::from_ref(&lab.root), reach).unwrap();
    web.picture(&Url::parse(url).unwrap(), &Budget::new(32 << 20)).await.map(|bytes| bytes.len())
}

#[tokio::test]
async fn a_picture_comes_and_the_request_says_nothing_of_the_reader() {
    let lab = Lab::start();
    let web = Web::new(std::slice::from_ref(&lab.root), Reach::Anywhere).unwrap();
    let url = Url::parse(&format!("https://localhost:{}/red.png?a=1&b=%20#part", lab.port)).unwrap();
    let budget = Budget::new(32 << 20);
    assert!(web.picture(&url, &budget).await.unwrap().starts_with(b"\x89PNG"));
    // The cookie that the first answer set does not come back.
    web.picture(&url, &budget).await.unwrap();
    let heads = lab.requests();
    assert_eq!(heads.matches("GET /red.png?a=1&b=%20 HTTP/1.1").count(), 2, "{heads}");
    let fields: std::collections::BTreeSet<&str> =
        heads.lines().filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    assert_eq!(fields, ["accept", "host", "user-agent"].into(), "{heads}");
    assert!(!heads.to_lowercase().contains("kakitome"), "{heads}");
}

#[tokio::test]
async fn a_server_may_send_us_on_but_not_out_of_tls_not_inside_and_not_for_ever() {
    let lab = Lab::start();
    assert!(outcome(&lab, "/once").await.is_ok());
    assert_eq!(outcome(&lab, "/loop").await, Err(WebError::TooManyRedirects));
    assert_eq!(lab.requests().matches("GET /loop").count(), 4);
    assert_eq!(outcome(&lab, "/down").await, Err(WebError::NotHttps));
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_is_not_taken() {
    let lab = Lab::start();
    for path in ["/script", "/drawing.svg"] {
        assert_eq!(outcome(&lab, path).await, Err(WebError::NotAPicture), "{path}");
    }
    for path in ["/huge", "/liar"] {
        assert_eq!(outcome(&lab, path).await, Err(WebError::TooLarge), "{path}");
    }
    assert_eq!(outcome(&lab, "/none").await, Err(WebError::Status(404)));
}

#[tokio::test]
async fn all_pictures_of_a_message_together_have_a_limit() {
    let lab = Lab::start();
    let web = Web::new(std::slice::from_ref(&lab.root), Reach::Anywhere).unwrap();
    let url = Url::parse(&format!("https://localhost:{}/large.png", lab.port)).unwrap();
    let budget = Budget::new(3 << 20);
    assert!(web.picture(&url, &budget).await.is_ok());
    assert!(web.picture(&url, &budget).await.is_ok());
    assert_eq!(web.picture(&url, &budget).await, Err(WebError::TooLarge));
}

#[tokio::test]
async fn a_wrong_certificate_is_never_overlooked() {
    let lab = Lab::start();
    let wrong = format!("https://localhost:{}/red.png", lab.port_with_wrong_name);
    assert_eq!(fetch(&lab, &wrong, Reach::Anywhere).await, Err(WebError::BadCertificate));
    let web = Web::new(&[], Reach::Anywhere).unwrap();
    let good = Url::parse(&format!("https://localhost:{}/red.png", lab.port)).unwrap();
    assert_eq!(web.picture(&good, &Budget::new(1 << 20)).await, Err(WebError::BadCertificate), "an unknown authority");
}

#[tokio::test]
async fn a_server_on_this_computer_is_not_asked_by_name_nor_by_number() {
    let lab = Lab::start();
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{}/red.png", lab.port);
        assert_eq!(fetch(&lab, &url, Reach::Public).await, Err(WebError::PrivateAddress), "{host}");
    }
    assert_eq!(lab.requests(), "");
}
