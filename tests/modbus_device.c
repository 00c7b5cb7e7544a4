// modbus_device PORT: a device for the tests of connections, on libmodbus's own server. Registers and bits 0 to 199 of units 1 and 2; unit 7 never
// answers. Commands come by stdin, a line each: `holding N VALUE`, `input N VALUE`, `coil N VALUE`, `discrete N VALUE`.
#include <errno.h>
#include <modbus.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_REGISTER = 200, MAX_PEERS = 16, SILENT_UNIT = 7, UNIT_BYTE = 6 };

static void obey(modbus_mapping_t *map, const char *line) {
    static const char *const word[] = {"coil ", "discrete ", "holding ", "input "};
    for (int i = 0; i < 4; i++) {
        const size_t n = strlen(word[i]);
        if (strncmp(line, word[i], n) == 0) {
            char *rest = NULL;
            const long number = strtol(line + n, &rest, 10), value = strtol(rest, NULL, 10);
            if (number < 0 || number >= N_REGISTER) {
                return;
            }
            switch (i) {
            case 0:
                map->tab_bits[number] = value != 0;
                break;
            case 1:
                map->tab_input_bits[number] = value != 0;
                break;
            case 2:
                map->tab_registers[number] = (uint16_t)value;
                break;
            default:
                map->tab_input_registers[number] = (uint16_t)value;
            }
        }
    }
}

// False: he has gone.
static int answer(modbus_t *modbus, modbus_mapping_t *map, int peer) {
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    modbus_set_socket(modbus, peer);
    const int n = modbus_receive(modbus, query);
    if (n > 0 && query[UNIT_BYTE] != SILENT_UNIT) {
        modbus_reply(modbus, query, n, map);
    }
    return n >= 0;
}

int main(int argc, char **argv) {
    modbus_t *modbus = modbus_new_tcp("127.0.0.1", argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);
    modbus_mapping_t *map = modbus_mapping_new(N_REGISTER, N_REGISTER, N_REGISTER, N_REGISTER);
    int door = modbus && map ? modbus_tcp_listen(modbus, MAX_PEERS) : -1;
    if (door < 0) {
        fprintf(stderr, "modbus_device: %s\n", modbus_strerror(errno));
        return 1;
    }
    struct pollfd file[2 + MAX_PEERS] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                         {.fd = door, .events = POLLIN}};
    nfds_t n = 2;
    setvbuf(stdin, NULL, _IONBF, 0); // poll sees what is not read yet
    while (poll(file, n, -1) > 0) {
        char line[100];
        if (file[0].revents && !fgets(line, sizeof line, stdin)) {
            break;
        }
        if (file[0].revents) {
            obey(map, line);
        }
        for (nfds_t i = 2; i < n; i++) {
            if (file[i].revents && !answer(modbus, map, file[i].fd)) {
                close(file[i].fd);
                file[i--] = file[--n];
            }
        }
        if (file[1].revents && n < 2 + MAX_PEERS) {
            file[n++] = (struct pollfd){.fd = modbus_tcp_accept(modbus, &door), .events = POLLIN};
        }
    }
    modbus_mapping_free(map);
    modbus_free(modbus);
    return 0;
}
