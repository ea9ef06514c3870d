//! Programs that publish one example as it stands: curl, and Kafka from Python, Java and Node.

use serde_json::Value;

use super::Addresses;

/// A program: what it is called, the file it goes into, how it is run, its text.
pub(super) struct Snippet {
    pub(super) title: &'static str,
    pub(super) needs: &'static str,
    pub(super) text: String,
}

/// All programs for one example of a department.
pub(super) fn all(department: &str, event: &Value, addresses: &Addresses) -> Vec<Snippet> {
    let pretty = format!("{event:#}");
    let compact = event.to_string();
    let topic = format!("city.inbox.{department}");
    let key = event["id"].as_str().unwrap_or_default();
    vec![
        Snippet {
            title: "curl",
            needs: "export CITY_BRAIN_KEY=…",
            text: curl(&pretty, addresses),
        },
        Snippet {
            title: "Kafka, Python",
            needs: "pip install confluent-kafka",
            text: python(&pretty, &topic, addresses),
        },
        Snippet {
            title: "Kafka, Java",
            needs: "org.apache.kafka:kafka-clients",
            text: java(&compact, &topic, addresses),
        },
        Snippet {
            title: "Kafka, Node.js",
            needs: "npm install kafkajs",
            text: node(&pretty, (&topic, key), addresses),
        },
    ]
}

fn curl(event: &str, addresses: &Addresses) -> String {
    // A single quote ends the shell's text: it is closed, escaped and opened again.
    let quoted = event.replace('\'', "'\\''");
    format!(
        "curl --silent --show-error --fail-with-body \"{}/v1/events\" \\\n  \
         -H \"Authorization: Bearer $CITY_BRAIN_KEY\" \\\n  \
         -H \"Content-Type: application/cloudevents+json\" \\\n  -d '{quoted}'\n",
        addresses.http
    )
}

fn python(event: &str, topic: &str, addresses: &Addresses) -> String {
    let literal = event
        .replace('\\', "\\\\")
        .replace("\"\"\"", "\\\"\\\"\\\"");
    format!(
        "from confluent_kafka import Producer\n\n\
         event = \"\"\"{literal}\"\"\"\n\n\
         def told(error, message):\n    \
         if error is not None:\n        raise SystemExit(f\"not published: {{error}}\")\n    \
         print(f\"published at {{message.topic()}} {{message.offset()}}\")\n\n\
         producer = Producer({{\"bootstrap.servers\": \"{}\", \"acks\": \"all\"}})\n\
         producer.produce(\"{topic}\", event.encode(), on_delivery=told,\n                 \
         headers={{\"content-type\": \"application/cloudevents+json\"}})\n\
         producer.flush(30)\n",
        addresses.kafka
    )
}

fn java(event: &str, topic: &str, addresses: &Addresses) -> String {
    // JSON's own escapes of a text are those of a Java literal.
    let literal = Value::from(event).to_string();
    format!(
        "import java.util.Properties;\n\
         import org.apache.kafka.clients.producer.KafkaProducer;\n\
         import org.apache.kafka.clients.producer.ProducerRecord;\n\
         import org.apache.kafka.common.serialization.StringSerializer;\n\n\
         public class Publish {{\n    \
         public static void main(String[] args) throws Exception {{\n        \
         Properties settings = new Properties();\n        \
         settings.put(\"bootstrap.servers\", \"{}\");\n        \
         settings.put(\"acks\", \"all\");\n        \
         String event = {literal};\n        \
         try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {{\n            \
         var message = new ProducerRecord<String, String>(\"{topic}\", event);\n            \
         message.headers().add(\"content-type\", \"application/cloudevents+json\".getBytes());\n            \
         System.out.println(\"published at \" + producer.send(message).get());\n        \
         }}\n    }}\n}}\n",
        addresses.kafka
    )
}

fn node(event: &str, (topic, key): (&str, &str), addresses: &Addresses) -> String {
    format!(
        "import {{ Kafka }} from 'kafkajs';\n\n\
         const event = {event};\n\n\
         const producer = new Kafka({{ clientId: {key}, brokers: ['{}'] }}).producer();\n\
         await producer.connect();\n\
         const published = await producer.send({{\n  \
         topic: '{topic}',\n  acks: -1,\n  \
         messages: [{{ value: JSON.stringify(event), headers: {{ 'content-type': 'application/cloudevents+json' }} }}],\n\
         }});\n\
         console.log('published at', published);\n\
         await producer.disconnect();\n",
        addresses.kafka,
        key = Value::from(format!("publish-{key}")),
    )
}
