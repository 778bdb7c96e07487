/* A peer for tests/bench: GMime parses each file, decodes every part, and turns every text into UTF-8. */
#include <gmime/gmime.h>
#include <stdio.h>

static size_t parts, bytes;

static void part(GMimeObject *parent, GMimeObject *object, gpointer data) {
    (void) parent;
    (void) data;
    if (GMIME_IS_TEXT_PART(object)) {
        char *text = g_mime_text_part_get_text((GMimeTextPart *) object);
        bytes += text ? strlen(text) : 0;
        g_free(text);
    } else if (GMIME_IS_PART(object)) {
        GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *) object);
        GMimeStream *memory = g_mime_stream_mem_new();
        if (content) {
            bytes += g_mime_data_wrapper_write_to_stream(content, memory);
        }
        g_object_unref(memory);
    }
    parts++;
}

int main(int count, char **names) {
    g_mime_init();
    for (int n = 1; n < count; n++) {
        gchar *content;
        gsize length;
        if (!g_file_get_contents(names[n], &content, &length, NULL)) {
            return 1;
        }
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(content, length);
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
        if (message) {
            InternetAddressList *from = g_mime_message_get_from(message);
            bytes += internet_address_list_length(from) + strlen(g_mime_message_get_subject(message));
            g_mime_message_foreach(message, part, NULL);
            g_object_unref(message);
        }
        g_object_unref(parser);
        g_object_unref(stream);
        g_free(content);
    }
    printf("%zu parts %zu bytes\n", parts, bytes);
    return 0;
}
